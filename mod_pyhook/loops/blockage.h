// loops/blockage.h: reports an event loop that does not go on, from a thread beside it.
#pragma once

#include "py/interpreter.h"
#include "py/other_thread.h"

#include <atomic>
#include <chrono>
#include <semaphore>

namespace pyhook {

/// While the loop has requests, it beats every quarter of a second. A thread looks whether it does.
class Blockage {
public:
    using Clock = std::chrono::steady_clock;

    Blockage() = default;
    Blockage(const Blockage &) = delete;
    Blockage &operator=(const Blockage &) = delete;

    /// Starts the thread. Called on the loop's thread, attached. If there can't be one, nothing is reported.
    void start(py::Interpreter &interpreter) noexcept;

    /// Ends the thread. Called on the loop's thread, detached.
    void stop() noexcept;

    // Functions for the loop's thread.

    /// The loop goes on; the next beat is due.
    void beat() noexcept {
        beats_.store(beats_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        is_due_.store(true, std::memory_order_relaxed);
    }

    /// Something is handed to the loop. Any thread may call it.
    void expect() noexcept { is_due_.store(true, std::memory_order_relaxed); }

    /// The loop has no requests, so it may wait for long.
    void rest() noexcept { is_due_.store(false, std::memory_order_relaxed); }

private:
    static void *main(void *self) noexcept;
    void look(Clock::time_point now);
    void report(Clock::duration blocked) const;

    py::Interpreter *interpreter_ = nullptr;
    py::OtherThread loop_;
    std::atomic<unsigned> beats_{0};
    std::atomic<bool> is_due_{false};
    std::atomic<bool> runs_{false};
    std::counting_semaphore<2> stops_{0};
    std::binary_semaphore has_stopped_{0};

    // Members of the watching thread.
    unsigned seen_ = 0;
    Clock::time_point since_; // when that beat was first seen
    bool is_told_ = false;
};

} // namespace pyhook
