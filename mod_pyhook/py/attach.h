// py/attach.h: attached and detached, the only scopes that take or give up a thread state.
#pragma once

#include "py/interpreter.h"

#include <shared_mutex>

namespace py {

/// Inside this scope the thread may use Python objects of `here`. Nests, also across interpreters.
class attached {
public:
    explicit attached(Interpreter &here);
    attached(const attached &) = delete;
    attached &operator=(const attached &) = delete;
    ~attached();

private:
    Attachment &mine_;
    Interpreter *outer_;
    PyThreadState *outer_state_ = nullptr;
    bool entered_;
};

/// Inside this scope other threads may run Python. It belongs around calls that block, and around calls that may come
/// back through a hook.
class detached {
public:
    detached() noexcept;
    detached(const detached &) = delete;
    detached &operator=(const detached &) = delete;
    ~detached();

private:
    Attachment &mine_;
    Interpreter *outer_;
    PyThreadState *state_ = nullptr;
};

/// In this scope no thread makes a thread state. It belongs around tracemalloc.stop(): CPython before 3.12.9 and 3.13.2
/// crashes if a thread that makes one waits for the GIL meanwhile (gh-128679).
class no_new_thread_states {
public:
    no_new_thread_states();

private:
    std::unique_lock<std::shared_mutex> lock_;
};

/// True if this thread is attached, by mod_pyhook or, if Python code has started the thread, by CPython.
bool is_attached() noexcept;

/// In this scope, `here` counts as attached by mod_pyhook, while CPython has attached this thread to it. `here` may be
/// null.
class recognised {
public:
    explicit recognised(Interpreter *here) noexcept;
    recognised(const recognised &) = delete;
    recognised &operator=(const recognised &) = delete;
    ~recognised();

private:
    Interpreter *outer_;
};

/// Calls `blocking` detached.
template <class Call> decltype(auto) while_detached(Call &&blocking) {
    detached here;
    return blocking();
}

} // namespace py
