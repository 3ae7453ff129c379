// watch/inspection.h: a thread that attaches to an interpreter because requests run there for too long: it reports and
// interrupts them. The watching thread itself never waits for a GIL.
#pragma once

#include "call/entry.h"
#include "types/running.h"
#include "types/state.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace pyhook {

/// What is to be done about one call.
struct Step {
    enum class What : char { report_slow, end, end_again, give_up };

    unsigned long call; // its number
    What what;
};

class Inspection {
public:
    using Clock = std::chrono::steady_clock;

    /// May be called only while a call runs in the interpreter, which must not end before the inspection does.
    explicit Inspection(State &state) : state_(state) {}
    Inspection(const Inspection &) = delete;
    Inspection &operator=(const Inspection &) = delete;

    /// To be called before the start.
    void add(const Step &step) { steps_.push_back(step); }

    /// Starts the thread. Throws start_error.
    static void start(std::shared_ptr<Inspection> inspection);

    State &state() const noexcept { return *state_; }
    Clock::time_point begun() const noexcept { return begun_; }
    bool is_attached() const noexcept { return attached_; }
    bool is_over() const noexcept { return over_; }

    /// True once for each of the two entries about a lock that this one does not get. The graver one is the last.
    bool may_tell(bool graver) noexcept {
        const char wanted = graver ? 2 : 1;
        return std::exchange(told_, std::max(told_, wanted)) < wanted;
    }

private:
    static void *main(void *self) noexcept;
    void run() noexcept;
    void take(const Step &step) const;
    void report(const Step &step) const;
    void interrupt(const Step &step) const;

    const StateClaim state_;
    std::vector<Step> steps_;
    const Clock::time_point begun_ = Clock::now();
    std::atomic<bool> attached_ = false;
    std::atomic<bool> over_ = false;
    char told_ = 0;
};

} // namespace pyhook
