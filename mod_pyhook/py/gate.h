// py/gate.h: what threads pass on their way to a GIL.
#pragma once

#include "py/turns.h"

namespace py {

/// One for each GIL. Only one thread at a time waits for it inside CPython, which makes its holder give way every few
/// milliseconds; the others wait here, for a whole turn.
class Gate {
public:
    /// The interpreters behind it.
    Turns turns;

    /// Attaches `state`.
    void enter(PyThreadState *state) noexcept;

    /// Detaches the attached state and gives it.
    PyThreadState *leave() noexcept;

private:
    bool pass_awake() noexcept;

    std::mutex mutex_;
    std::atomic<PyThreadState *> holder_{nullptr}; // as far as it came this way, and has not let go inside CPython
};

} // namespace py
