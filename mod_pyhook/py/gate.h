// py/gate.h: what threads pass on their way to a GIL.
#pragma once

#include "py/python.h"

#include <atomic>
#include <mutex>

namespace py {

/// One for each GIL. Only one thread at a time waits for it inside CPython, which makes its holder give way every few
/// milliseconds; the others wait here, for a whole turn.
class Gate {
public:
    /// Attaches `state`.
    void enter(PyThreadState *state) noexcept;

    /// Detaches the attached state and gives it.
    PyThreadState *leave() noexcept;

private:
    void wait_awake() const noexcept;

    std::mutex mutex_;
    std::atomic<bool> held_{false};
};

} // namespace py
