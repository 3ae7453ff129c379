#include "py/gate.h"

#include "py/version.h"

#include <thread>

namespace py {

namespace {

#ifdef PYHOOK_NO_GATE
constexpr bool has_gate = false;
#else
constexpr bool has_gate = version::has_gil;
#endif

/// Some twenty microseconds: longer than most callables hold the GIL.
constexpr int rounds_awake = 400;

/// A holder that has not let go after so many may wait for this very processor: now and then it may have it.
constexpr int rounds_before_yields = 60;
constexpr int rounds_between_yields = 30;

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

/// To fall asleep and be woken costs more than what a thread of ours that holds the GIL has left to do.
bool Gate::pass_awake() noexcept {
    for (int round = 0; round < rounds_awake; ++round) {
        if (__atomic_load_n(locked_, __ATOMIC_RELAXED) != 1 && mutex_.try_lock())
            return true;
        if (round >= rounds_before_yields && round % rounds_between_yields == 0)
            std::this_thread::yield();
        else
            pause();
    }
    return false;
}

void Gate::enter(PyThreadState *state) noexcept {
    if constexpr (has_gate) {
        if (!pass_awake())
            mutex_.lock();
        const std::lock_guard alone(mutex_, std::adopt_lock);
        turns.begin();
        PyEval_RestoreThread(state);
    } else {
        PyEval_RestoreThread(state);
    }
}

PyThreadState *Gate::leave() noexcept { return PyEval_SaveThread(); }

} // namespace py
