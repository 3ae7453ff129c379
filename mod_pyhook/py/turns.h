// py/turns.h: gives each interpreter its turn, where several share a GIL.
#pragma once

#include "py/version.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace py {

/// A thread that waits for the GIL asks the holder to let go. Before 3.13, CPython passes the request only to threads
/// of the waiting interpreter, so a thread that computes in another interpreter would keep the GIL as long as it
/// likes. Where interpreters share a GIL, a thread of mod_pyhook looks every few milliseconds and passes the request to
/// the holder. Under the GIL's mutex it reads who holds it (`last_holder`), how often it has changed hands
/// (`switch_number`) and who is asked (`gil_drop_request`). It sets the last one and `eval_breaker`, as CPython does in
/// drop_gil and take_gil.
class Turns {
public:
    void add(PyInterpreterState *sharing);

    /// A thread is about to take the GIL.
    void begin() noexcept {
        if (asleep_.load(std::memory_order_relaxed))
            begun_.notify_one();
    }

    /// Exists while the thread of `state` ends its interpreter.
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
