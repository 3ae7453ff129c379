#include "watch/lock_watch.h"

#include "py/version.h"

#include "apache/log.h"

#include "call/overdue.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

/// Nobody may attach, so this reads what the holder's call and its frames say without the GIL.
void report_holder(const State &state, Inspection::Clock::duration waited, bool is_for_ever) {
    const py::Interpreter::Holder holder = state.interpreter.gil_holder();
    std::optional<Description> call;
    RunningCalls::here().each([&](const RunningCall &each) {
        if (each.facts().thread.is(holder))
            call.emplace(each);
    });
    std::string entry =
        std::string(code::lock_held) + ": " +
        (py::version::has_gil ? "nobody has got the GIL of interpreter " : "not every thread of interpreter ") +
        state.interpreter.name() + (py::version::has_gil ? " for " : " has given way for ") +
        Description::seconds(std::chrono::duration<double>(waited).count());
    if constexpr (py::version::has_gil)
        entry += ": " + (call ? call->what() : "a thread of the application") + " holds it";
    entry += std::string(is_for_ever ? ", the child ends" : "") + (call ? " (" + call->whose() + ")" : "");
    if (state.interpreter.gil_holder().switches == holder.switches)
        for (const std::string &line : py::stack_without_gil(holder))
            entry += "\n" + line;
    apache::log(is_for_ever ? APLOG_ERR : APLOG_WARNING, call ? call->server : ap_server_conf, apache::abridged(entry));
}

} // namespace

/// A thread that runs alone keeps the GIL by right. Whether it gives way shows only when another one asks for it.
bool LockWatch::is_suspicious(const State &state, Clock::time_point now) {
    auto known =
        std::find_if(progress_.begin(), progress_.end(), [&](const auto &each) { return each.state == &state; });
    const py::Interpreter::Holder holder = state.interpreter.gil_holder();
    if (known == progress_.end())
        known = progress_.insert(known, {.state = &state, .holder = holder, .since = now, .asked = now});
    known->asked = now;
    if (holder.state != nullptr && holder.state == known->holder.state && holder.switches == known->holder.switches)
        return now - known->since >= patience_ / 2;
    known->holder = holder;
    known->since = now;
    return false;
}

void LockWatch::forget_others(Clock::time_point now) {
    std::erase_if(progress_, [now](const Progress &each) { return each.asked != now; });
}

bool LockWatch::is_held_for_ever(Inspection &waiting, Clock::time_point now) const {
    const auto waited = waiting.waited(now);
    const bool is_for_ever = most_ > Clock::duration::zero() && waited >= most_;
    if (is_for_ever || waited >= patience_)
        if (waiting.may_tell(is_for_ever))
            report_holder(waiting.state(), waited, is_for_ever);
    return is_for_ever;
}

} // namespace pyhook
