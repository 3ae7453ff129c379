// py/turns.h: interpreters that share a GIL get their turn, each.
#pragma once

#include "py/version.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace py {

/// A thread that waits for the GIL asks its holder to let go, but before 3.13 CPython passes that on to the threads of
/// the waiting interpreter only: one that computes in another would keep the GIL for as long as it likes. Where
/// interpreters share one, a thread of ours looks every few milliseconds, and passes it on to the holder. For that it
/// reads, under the mutex of the GIL, who holds it (`last_holder`), how often it has changed hands (`switch_number`)
/// and who is asked (`gil_drop_request`), and sets the last and `eval_breaker`, as CPython does in drop_gil and
/// take_gil.
class Turns {
public:
    void add(PyInterpreterState *sharing);

    /// Somebody is about to take the GIL.
    void begin() noexcept {
        if (asleep_.load(std::memory_order_relaxed))
            begun_.notify_one();
    }

    /// For the time in which the thread of `state` ends its interpreter.
    class ending {
    public:
        ending(Turns &turns, PyThreadState *state) noexcept;
        ending(const ending &) = delete;
        ending &operator=(const ending &) = delete;
        ~ending();

    private:
        Turns &turns_;
    };

private:
    static void *run(void *self) noexcept;

    std::atomic<bool> asleep_{false};
    std::mutex mutex_;
    std::condition_variable begun_;
    std::vector<version::Sharing> sharing_;
    PyThreadState *ending_ = nullptr; // may be freed at any moment
    bool runs_ = false;
};

} // namespace py
