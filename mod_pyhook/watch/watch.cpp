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

/// How long an interrupted call may take to end, before the next step.
constexpr std::chrono::milliseconds least_grace{1000};
constexpr std::chrono::milliseconds most_grace{5000};

constexpr int most_interruptions = 2; // code may have caught the first one

/// What is due for a call, or nothing.
std::optional<Step> step_for(const RunningCall &call) noexcept {
    const Timeouts limits = DirConfig::of(call.facts().record->per_dir_config).timeouts.value;
    const RunningCall::Watched &watched = call.watched;
    const auto step = [&](Step::What what) { return Step{call.facts().number, what}; };
    const auto was_reported = [&](Step::What what) { return (watched.reported >> static_cast<int>(what) & 1) != 0; };
    const auto grace = std::clamp(limits.end, least_grace, most_grace);
    if (limits.end > Timeouts::Time::zero() && watched.ran >= limits.end + watched.interruptions * grace) {
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

void Watch::start() {
    const Timeouts::Time shortest = shortest_timeout();
    if (shortest == Timeouts::Time::zero())
        return;
    period_ = std::clamp(shortest / 4, shortest_period, longest_period);
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
    count(passed);
    for (const auto &each : std::exchange(wanted_, {})) {
        Inspection::start(each);
        inspections_.push_back(each);
    }
    recycle_if_given_up();
}

/// Counts the time of each call. What passes while it waits for its client is not Python's, and httpd limits it.
void Watch::count(Clock::duration passed) {
    RunningCalls::here().each([&](RunningCall &call) {
        if (std::exchange(call.watched.was_seen, true) && !call.facts().thread.is_outside())
            call.watched.ran += passed;
        if (const auto step = step_for(call))
            add(call, *step);
    });
}

/// The inspection of an interpreter waits for the one before.
void Watch::add(const RunningCall &call, const Step &step) {
    State *state = call.facts().state;
    const auto is_its = [state](const auto &each) { return &each->state() == state; };
    if (std::any_of(inspections_.begin(), inspections_.end(), is_its))
        return;
    auto wanted = std::find_if(wanted_.begin(), wanted_.end(), is_its);
    if (wanted == wanted_.end())
        wanted = wanted_.insert(wanted, std::make_shared<Inspection>(*state));
    (*wanted)->add(step);
}

/// Once calls were given up, the child is recycled. When everything else has ended, the process ends without them.
void Watch::recycle_if_given_up() {
    int given_up = 0;
    int others = 0;
    RunningCalls::here().each([&](const RunningCall &call) { ++(call.watched.is_given_up ? given_up : others); });
    if (given_up == 0 || has_ended_child_)
        return;
    apache::recycle_child();
    if (others > 0 || apache::busy_threads() > given_up || apache::responses_without_threads() > 0)
        return;
    has_ended_child_ = true;
    end_child_();
}

} // namespace pyhook
