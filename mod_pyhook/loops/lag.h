// loops/lag.h: how late an event loop is: how long what is due has waited for it.
#pragma once

#include "call/latency.h"

namespace pyhook {

/// Something is due for the loop at its next beat, and when a request is handed over. The time when it is due lies in
/// shared memory: a loop that is blocked, with all of Python perhaps, is seen from outside.
class Lag {
public:
    using Clock = std::chrono::steady_clock;

    explicit Lag(State &state) noexcept
        : due_(state.counters->loop_due), waits_(loop_latency_of(state.interpreter.name())) {}

    /// Something is about to be handed to the loop. Any thread may call it.
    void expect() noexcept {
        const std::int64_t now = since_epoch(Clock::now());
        std::int64_t due = due_.load(std::memory_order_relaxed);
        while ((due == nothing || due > now) && !due_.compare_exchange_weak(due, now, std::memory_order_relaxed)) {
        }
    }

    // Functions for the loop's thread.

    /// The loop goes on, and the next beat is due after `period`.
    void beat(Clock::duration period) noexcept {
        const auto now = Clock::now();
        const std::int64_t due = due_.exchange(since_epoch(now + period), std::memory_order_relaxed);
        if (due != nothing && waits_ != nullptr)
            waits_->add(std::max(now - at(due), Clock::duration::zero()));
    }

    /// The loop has no requests: nothing is due.
    void rest() noexcept { due_.store(nothing, std::memory_order_relaxed); }

    /// How late a loop is now, by the time of any child.
    static Clock::duration now(std::int64_t due) noexcept {
        return due == nothing ? Clock::duration::zero() : std::max(Clock::now() - at(due), Clock::duration::zero());
    }

private:
    static constexpr std::int64_t nothing = 0;

    static std::int64_t since_epoch(Clock::time_point time) noexcept { return time.time_since_epoch().count(); }
    static Clock::time_point at(std::int64_t time) noexcept { return Clock::time_point(Clock::duration(time)); }

    std::atomic<std::int64_t> &due_;
    apache::Histogram *waits_;
};

} // namespace pyhook
