// py/context.h: a fresh contextvars context for the length of a scope.
#pragma once

#include "py/error.h"

namespace py {

/// A contextvars variable that code sets in this scope is gone after it. The code sees no variable that was set before.
class fresh_context {
public:
    fresh_context() : context_(check(PyContext_New())) { check(PyContext_Enter(context_.get())); }
    fresh_context(const fresh_context &) = delete;
    fresh_context &operator=(const fresh_context &) = delete;
    ~fresh_context() {
        if (PyContext_Exit(context_.get()) != 0) // only if code left a context of its own entered
            write_unraisable(context_.get());
    }

private:
    ref context_;
};

} // namespace py
