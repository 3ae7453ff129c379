// interpreters/work.h: work of mod_pyhook's own threads that the end of the process waits for.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace pyhook {

/// Counts the work that the end of the process waits for.
class Work {
public:
    /// One piece of work, while it is done.
    class done {
    public:
        explicit done(Work &work) noexcept : count_(work.count_) { ++count_; }
        done(const done &) = delete;
        done &operator=(const done &) = delete;
        ~done() { --count_; }

    private:
        std::atomic<int> &count_;
    };

    /// Waits until no work is left, but not past `end`. Safe in a signal handler.
    void wait(std::chrono::steady_clock::time_point end) const noexcept {
        constexpr std::chrono::milliseconds look_again{5};
        while (count_ > 0 && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(look_again);
    }

private:
    std::atomic<int> count_{0};
};

} // namespace pyhook
