// py/attach.h: attached and detached, the only scopes that take or drop a thread state.
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

/// Inside this scope other threads may run Python: for calls that block, and calls that may come back through a hook.
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

/// Is this thread attached, be it by us or, as a thread that Python code has started, by CPython?
bool is_attached() noexcept;

/// In this scope `here`, which CPython has attached this thread to, is known as if we had done it. May be null.
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
