// child/stop_clock.h: a child that is told to stop at once ends in time, even if a callable never returns.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <semaphore.h>

namespace pyhook {

/// One clock for all that a child waits for at its end, and a thread that looks at it: httpd waits for its own threads,
/// and kills a child that takes too long.
class StopClock {
public:
    using Clock = std::chrono::steady_clock;

    // How long after the order each is waited for. The parent asks again after three seconds, and kills after nine.
    static constexpr std::chrono::seconds for_callables{2};
    static constexpr std::chrono::seconds for_tasks{3};
    static constexpr std::chrono::seconds for_exit_functions{8};

    StopClock() noexcept { sem_init(&begun_, 0, 0); }
    StopClock(const StopClock &) = delete;
    StopClock &operator=(const StopClock &) = delete;

    /// `end` runs in the thread when callables have had their time, if the process is still there. Throws
    /// start_error.
    void start(std::function<void()> end);

    /// The order, or the end where there was none: the first one counts. Safe in a signal handler.
    void begin() noexcept;

    /// Once it has begun.
    Clock::time_point until(std::chrono::seconds limit) const noexcept {
        return Clock::time_point(Clock::duration(begin_.load())) + limit;
    }

private:
    static void *main(void *self) noexcept;

    std::function<void()> end_;
    sem_t begun_{};
    std::atomic<Clock::rep> begin_{0};
};

} // namespace pyhook
