// py/gate.h: what threads pass on their way to a GIL.
#pragma once

#include "py/version.h"

#include <atomic>
#include <mutex>

namespace py {

/// One for each GIL. Only one thread at a time waits for it inside CPython, which makes its holder give way every few
/// milliseconds; the others wait here, for a whole turn.
class Gate {
public:
    /// Attaches `state`.
    void enter(PyThreadState *state) noexcept {
        if constexpr (version::has_gil) {
            wait_awake();
            const std::lock_guard alone(mutex_);
            PyEval_RestoreThread(state);
            held_.store(true, std::memory_order_relaxed);
        } else {
            PyEval_RestoreThread(state);
        }
    }

    /// Detaches the attached state and gives it.
    PyThreadState *leave() noexcept {
        held_.store(false, std::memory_order_relaxed);
        return PyEval_SaveThread();
    }

private:
    /// Some twenty microseconds: longer than most callables hold the GIL.
    static constexpr int rounds_awake = 400;

    /// To fall asleep and be woken costs more than what a thread of ours that holds the GIL has left to do.
    void wait_awake() const noexcept {
        for (int round = 0; round < rounds_awake && held_.load(std::memory_order_relaxed); ++round)
            pause();
    }

    static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    std::mutex mutex_;
    std::atomic<bool> held_{false};
};

} // namespace py
