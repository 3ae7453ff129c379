#include "watch/watch.h"

#include "py/thread.h"

#include "apache/log.h"
#include "apache/mpm.h"

#include "config/config.h"
#include "types/ending.h"

#include <algorithm>
#include <thread>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::chrono::milliseconds shortest_period{20};
constexpr std::chrono::milliseconds longest_period{1000};

constexpr int most_interruptions = 2; // code may have caught the first one

/// How long requests may take that need no Python, when Python is locked for ever.
constexpr std::chrono::seconds for_the_rest{10};

/// What is due for a call, or nothing.
std::optional<Step> step_for(const RunningCall &call) noexcept {
    const Timeouts limits = DirConfig::of(call.facts().record->per_dir_config).timeouts.value;
    const RunningCall::Watched &watched = call.watched;
    const auto step = [&](Step::What what) { return Step{call.facts().number, what}; };
    const auto was_reported = [&](Step::What what) { return (watched.reported >> static_cast<int>(what) & 1) != 0; };
    if (limits.end > Timeouts::Time::zero() && watched.ran >= limits.end + watched.interruptions * limits.grace()) {
        if (watched.interruptions == 0)
            return step(Step::What::end);
        if (watched.interruptions < most_interruptions)
            return step(Step::What::end_again);
        return watched.is_given_up ? std::nullopt : std::optional(step(Step::What::give_up));
    }
    if (limits.slow > Timeouts::Time::zero() && watched.ran >= limits.slow && !was_reported(Step::What::report_slow))
        return step(Step::What::report_slow);
    return std::nullopt;
}

} // namespace

void Watch::start(State &main) {
    const Timeouts shortest = shortest_timeouts();
    if (shortest.first() == Timeouts::Time::zero())
        return;
    main_ = &main;
    period_ = std::clamp(shortest.first() / 4, shortest_period, longest_period);
    const auto at_least = [](Timeouts::Time time) { return std::max(time, Timeouts::least_grace); };
    locks_.emplace(at_least(shortest.first()),
                   shortest.end == Timeouts::Time::zero() ? shortest.end : at_least(shortest.end));
    RunningCalls::watch();
    py::start_thread("pyhook timeouts", &Watch::main, this);
}

void *Watch::main(void *self) noexcept {
    auto &watch = *static_cast<Watch *>(self);
    for (watch.looked_ = Clock::now();; std::this_thread::sleep_for(watch.period_)) {
        try {
            watch.look();
        } catch (const std::exception &failure) { // no memory, or no thread: the next look tries again
            apache::log(APLOG_ERR, ap_server_conf, std::string("PyHookTimeout: ") + failure.what());
        }
    }
}

void Watch::look() {
    const auto now = Clock::now();
    const auto passed = std::min(now - std::exchange(looked_, now), 2 * period_); // this thread may have been late
    if (exiting())
        return;
    std::erase_if(inspections_, [](const auto &each) { return each->is_over(); });
    probe(*main_);
    count(passed);
    locks_->forget_others(looked_);
    for (const auto &each : std::exchange(wanted_, {})) {
        Inspection::start(each);
        inspections_.push_back(each);
    }
    watch_locks();
    recycle_if_given_up();
}

/// Counts the time of each call. What passes while it waits for its client is not Python's, and httpd limits it.
void Watch::count(Clock::duration passed) {
    RunningCalls::here().each([&](RunningCall &call) {
        if (std::exchange(call.watched.was_seen, true) && !call.facts().thread.is_outside())
            call.watched.ran += passed;
        State &state = *call.facts().state;
        if (const auto step = step_for(call))
            if (Inspection *inspection = wanted(state))
                inspection->add(*step);
        probe(state);
    });
}

void Watch::probe(State &state) {
    if (locks_->is_suspicious(state, looked_))
        wanted(state);
}

/// The inspection of an interpreter that is about to start. Null while another one goes on.
Inspection *Watch::wanted(State &state) {
    const auto is_its = [&state](const auto &each) { return &each->state() == &state; };
    if (std::any_of(inspections_.begin(), inspections_.end(), is_its))
        return nullptr;
    auto found = std::find_if(wanted_.begin(), wanted_.end(), is_its);
    if (found == wanted_.end())
        found = wanted_.insert(found, std::make_shared<Inspection>(state));
    return found->get();
}

void Watch::watch_locks() {
    const bool locked_out = std::any_of(inspections_.begin(), inspections_.end(),
                                        [this](const auto &each) { return locks_->is_held_for_ever(*each, looked_); });
    if (!locked_out)
        locked_out_since_ = {};
    else if (locked_out_since_ == Clock::time_point())
        locked_out_since_ = looked_;
}

/// True if nothing goes on but calls that never end. Behind a lock that nobody gets, all calls are among these.
bool Watch::is_idle_but_for(int given_up, int others) const {
    const int busy = apache::busy_threads();
    if (locked_out_since_ != Clock::time_point())
        return busy <= given_up + others || looked_ - locked_out_since_ > for_the_rest;
    return others == 0 && busy <= given_up && apache::responses_without_threads() == 0;
}

/// Once calls were given up, the child is recycled. When everything else has ended, the process ends without them.
void Watch::recycle_if_given_up() {
    int given_up = 0;
    int others = 0;
    RunningCalls::here().each([&](const RunningCall &call) { ++(call.watched.is_given_up ? given_up : others); });
    if (has_ended_child_ || (given_up == 0 && locked_out_since_ == Clock::time_point()))
        return;
    apache::recycle_child();
    has_ended_child_ = is_idle_but_for(given_up, others);
    if (has_ended_child_)
        end_child_();
}

} // namespace pyhook
