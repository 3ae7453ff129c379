// py/gate.h: what threads pass on their way to a GIL.
#pragma once

#include "py/turns.h"

#include <atomic>
#include <mutex>
#include <new>

namespace py {

/// One for each GIL. Only one thread at a time waits for it inside CPython, which makes its holder give way every few
/// milliseconds; the others wait here, for a whole turn. Of CPython's internals it reads one word, the GIL's `locked`,
/// so as not to fall asleep for what is over in microseconds.
class Gate {
public:
    Gate() noexcept;

    /// Of the interpreters behind it.
    Turns turns;

    /// `interpreter` is behind it from now on. The first comes before any thread does.
    void add(PyInterpreterState *interpreter) {
        if (locked_ == nullptr)
            locked_ = version::gil_locked(interpreter);
        turns.add(interpreter);
    }

    /// Attaches `state`.
    void enter(PyThreadState *state) noexcept;

    /// Detaches the attached state and gives it.
    PyThreadState *leave() noexcept;

    /// In a process that was just forked, where none of those who queued are.
    void forget_queue() noexcept { new (&mutex_) std::mutex(); }

private:
    bool pass_awake() noexcept;

    const int *locked_ = nullptr; // CPython's own word for it, which others change
    std::atomic<int> patience_;   // rounds that the next thread to come waits awake
    std::mutex mutex_;
};

} // namespace py
