// py/gate.h: the gate through which threads go on their way to a GIL.
#pragma once

#include "py/lock.h"
#include "py/turns.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <new>

namespace py {

#ifdef PYHOOK_NO_GATE
inline constexpr bool has_gate = false;
#else
inline constexpr bool has_gate = version::has_gil;
#endif

/// There is one gate for each GIL. Only one thread at a time waits for the GIL inside CPython, where a waiting thread
/// makes the holder give way every few milliseconds. The others wait here, so that the holder keeps the GIL longer. The
/// gate reads one word of CPython's internals, the GIL's `locked`, so that a thread does not fall asleep for a wait of
/// microseconds.
class Gate {
public:
    Gate() noexcept;

    /// The turns of the interpreters that share the GIL.
    Turns turns;

    /// Puts `interpreter` behind the gate. The first one must be added before any thread comes.
    void add(PyInterpreterState *interpreter) {
        if (locked_ == nullptr)
            locked_ = version::gil_locked(interpreter);
        turns.add(interpreter);
    }

    /// Attaches `state`. Gives the time that this took if another thread had the GIL, or was on its way to it.
    std::chrono::nanoseconds enter(PyThreadState *state) noexcept {
        if constexpr (has_gate)
            if (pass()) {
                take(state);
                return {};
            }
        return wait_and_enter(state);
    }

    /// Detaches the attached thread state and returns it.
    PyThreadState *leave() noexcept { return PyEval_SaveThread(); }

    /// Empties the queue in a process that was just forked, where the threads that waited do not exist.
    void forget_queue() noexcept { new (&mutex_) quick_mutex(); }

private:
    bool pass() noexcept { return __atomic_load_n(locked_, __ATOMIC_RELAXED) != 1 && mutex_.try_lock(); }
    [[gnu::noinline]] std::chrono::nanoseconds wait_and_enter(PyThreadState *state) noexcept;
    bool pass_awake() noexcept;

    /// Takes the GIL, with the gate closed behind this thread, and opens the gate.
    void take(PyThreadState *state) noexcept {
        const std::lock_guard alone(mutex_, std::adopt_lock);
        turns.begin();
        PyEval_RestoreThread(state);
    }

    const int *locked_ = nullptr; // CPython's own word, which other threads change
    std::atomic<int> patience_;   // how many rounds the next thread waits awake
    quick_mutex mutex_;
};

} // namespace py
