// py/attach.h: attached and detached, the only scopes that take or give up a thread state.
#pragma once

#include "py/interpreter.h"

namespace py {

/// Inside this scope the thread may use Python objects of `here`. Nests, also across interpreters.
class attached {
public:
    explicit attached(Interpreter &here);
    attached(const attached &) = delete;
    attached &operator=(const attached &) = delete;
    ~attached();

private:
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
    Interpreter *outer_;
    PyThreadState *state_ = nullptr;
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
