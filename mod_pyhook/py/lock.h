// py/lock.h: a lock for data that the GIL guards, if there is one, and a mutex for the way to the GIL.
#pragma once

#include "py/python.h"

#include <atomic>

namespace py {

/// For std::lock_guard around code that runs no Python code. A GIL changes hands only in Python code, so this lock
/// costs nothing where there is a GIL.
class gil_lock {
public:
#ifdef Py_GIL_DISABLED
    void lock() noexcept { PyMutex_Lock(&mutex_); } // waits detached, unlike a std::mutex
    void unlock() noexcept { PyMutex_Unlock(&mutex_); }

private:
    PyMutex mutex_{};
#else
    void lock() noexcept {}
    void unlock() noexcept {}
#endif
};

/// A mutex that takes two atomic exchanges when nobody waits for it, a tenth of the instructions of a std::mutex.
class quick_mutex {
public:
    bool try_lock() noexcept {
        int expected = unlocked;
        return state_.compare_exchange_strong(expected, locked, std::memory_order_acquire, std::memory_order_relaxed);
    }

    void lock() noexcept {
        if (!try_lock())
            wait();
    }

    void unlock() noexcept {
        if (state_.exchange(unlocked, std::memory_order_release) == waited_for)
            wake();
    }

private:
    /// A thread that has slept can't know whether others sleep, so it leaves the mutex as one that is waited for.
    [[gnu::noinline]] void wait() noexcept {
        while (state_.exchange(waited_for, std::memory_order_acquire) != unlocked)
            state_.wait(waited_for, std::memory_order_relaxed);
    }

    [[gnu::noinline]] void wake() noexcept { state_.notify_one(); }

    static constexpr int unlocked = 0;
    static constexpr int locked = 1;
    static constexpr int waited_for = 2;

    std::atomic<int> state_{unlocked};
};

} // namespace py
