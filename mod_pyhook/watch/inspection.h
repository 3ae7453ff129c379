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
    bool is_over() const noexcept { return over_; }

    /// How long it has waited for the other threads to give way; zero if it does not wait. Where there is a GIL, it
    /// waits until it is attached. Without one it attaches at once, and waits when it reads another thread's stack.
    Clock::duration waited(Clock::time_point now) const noexcept {
        const Clock::time_point since = waits_since_;
        return since == Clock::time_point() ? Clock::duration::zero() : now - since;
    }

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
    template <class Read> auto read(Read stack) const;

    const StateClaim state_;
    std::vector<Step> steps_;
    mutable std::atomic<Clock::time_point> waits_since_ = Clock::now(); // not set: it does not wait
    std::atomic<bool> over_ = false;
    char told_ = 0;
};

} // namespace pyhook
