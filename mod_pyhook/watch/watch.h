// watch/watch.h: PyHookTimeout: one thread of a child looks now and then at the calls into Python, and ends those that
// take too long.
#pragma once

#include "config/timeouts.h"
#include "watch/inspection.h"

#include <functional>

namespace pyhook {

class Watch {
public:
    using Clock = std::chrono::steady_clock;

    /// `end_child` ends this process, because nothing goes on in it any more but calls that can't be interrupted.
    explicit Watch(std::function<void()> end_child) : end_child_(std::move(end_child)) {}
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    /// Starts the thread, if the configuration has a time-out anywhere. Throws start_error.
    void start();

private:
    static void *main(void *self) noexcept;
    void look();
    void count(Clock::duration passed);
    void add(const RunningCall &call, const Step &step);
    void recycle_if_given_up();

    const std::function<void()> end_child_;
    Clock::duration period_{};
    Clock::time_point looked_;
    std::vector<std::shared_ptr<Inspection>> inspections_; // one for an interpreter
    std::vector<std::shared_ptr<Inspection>> wanted_;      // not started yet
    bool has_ended_child_ = false;
};

} // namespace pyhook
