#include "py/gate.h"

#include "py/version.h"

namespace py {

namespace {

#ifdef PYHOOK_NO_GATE
constexpr bool has_gate = false;
#else
constexpr bool has_gate = version::has_gil;
#endif

/// Some twenty microseconds: longer than most callables hold the GIL.
constexpr int rounds_awake = 400;

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

/// To fall asleep and be woken costs more than what a thread of ours that holds the GIL has left to do.
void Gate::wait_awake() const noexcept {
    for (int round = 0; round < rounds_awake && held_.load(std::memory_order_relaxed); ++round)
        pause();
}

void Gate::enter(PyThreadState *state) noexcept {
    if constexpr (has_gate) {
        wait_awake();
        const std::lock_guard alone(mutex_);
        PyEval_RestoreThread(state);
        held_.store(true, std::memory_order_relaxed);
    } else {
        PyEval_RestoreThread(state);
    }
}

PyThreadState *Gate::leave() noexcept {
    held_.store(false, std::memory_order_relaxed);
    return PyEval_SaveThread();
}

} // namespace py
