// watch/watch.h: PyHookTimeout: one thread of a child looks now and then at the calls into Python, and ends those that
// take too long.
#pragma once

#include "config/timeouts.h"
#include "watch/lock_watch.h"

#include <functional>

namespace pyhook {

class Watch {
public:
    using Clock = std::chrono::steady_clock;

    /// `end_child` ends this process, because nothing goes on in it any more but calls that can't be interrupted.
    explicit Watch(std::function<void()> end_child) : end_child_(std::move(end_child)) {}
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    /// Starts the thread, if the configuration has a time-out anywhere. `main` is the main interpreter's state. Throws
    /// start_error.
    void start(State &main);

private:
    static void *main(void *self) noexcept;
    void look();
    void count(Clock::duration passed);
    void watch_locks();
    void probe(State &state);
    Inspection *wanted(State &state);
    void recycle_if_given_up();
    bool is_idle_but_for(int given_up, int others) const;

    const std::function<void()> end_child_;
    State *main_ = nullptr;
    std::optional<LockWatch> locks_;
    Clock::time_point locked_out_since_; // not set: everybody gets the GIL
    Clock::duration period_{};
    Clock::time_point looked_;
    std::vector<std::shared_ptr<Inspection>> inspections_; // one for an interpreter
    std::vector<std::shared_ptr<Inspection>> wanted_;      // not started yet
    bool has_ended_child_ = false;
};

} // namespace pyhook
