#include "watch/inspection.h"

#include "py/attach.h"
#include "py/thread.h"
#include "py/version.h"

#include "apache/log.h"

#include "call/overdue.h"

#include "py/poison.h"

namespace pyhook {

namespace {

/// At so many looks a call is spared because its thread is amid delicate code. It may wait there for ever, in
/// threading.Event.wait() for example.
constexpr unsigned char most_spared = 10;

constexpr Overdue how(Step::What what) {
    return what == Step::What::report_slow ? Overdue::slow
           : what == Step::What::give_up   ? Overdue::given_up
                                           : Overdue::interrupted;
}

} // namespace

void Inspection::start(std::shared_ptr<Inspection> inspection) {
    auto *owner = new std::shared_ptr<Inspection>(std::move(inspection));
    try {
        py::start_thread("pyhook inspect", &Inspection::main, owner);
    } catch (...) {
        delete owner;
        throw;
    }
}

void *Inspection::main(void *self) noexcept {
    const std::unique_ptr<std::shared_ptr<Inspection>> owner(static_cast<std::shared_ptr<Inspection> *>(self));
    (*owner)->run();
    return nullptr;
}

void Inspection::run() noexcept {
    try {
        const py::attached here(state().interpreter);
        waits_since_ = Clock::time_point();
        for (const Step &step : steps_)
            take(step);
    } catch (const std::exception &failure) { // no memory, or no thread state: the next look tries again
        apache::log(APLOG_ERR, ap_server_conf, std::string(code::timed_out) + ": PyHookTimeout: " + failure.what());
    }
    over_ = true;
}

/// Reads something of another thread's stack.
template <class Read> auto Inspection::read(Read stack) const {
    if (!py::version::has_gil)
        waits_since_ = Clock::now();
    auto what = stack();
    waits_since_ = Clock::time_point();
    return what;
}

/// Writes the entry of a step, once. It comes before the interruption, so that it shows what was interrupted.
void Inspection::report(const Step &step) const {
    std::optional<Description> call;
    py::OtherThread thread;
    const auto bit = static_cast<unsigned char>(1 << static_cast<int>(step.what));
    RunningCalls::here().with(step.call, [&](RunningCall &running) {
        if ((std::exchange(running.watched.reported, running.watched.reported | bit) & bit) != 0)
            return;
        call.emplace(running);
        thread = running.facts().thread;
    });
    if (call) // the call goes on, because this thread is attached
        report_overdue(how(step.what), *call, read([&] { return thread.stack(); }));
}

void Inspection::interrupt(const Step &step) const {
    py::OtherThread thread;
    if (!RunningCalls::here().with(step.call, [&](const RunningCall &call) { thread = call.facts().thread; }) ||
        read([&] { return thread.runs_own_code(); }))
        return;
    const bool is_delicate = read([&] { return thread.is_amid_delicate_code(); });
    RunningCalls::here().with(step.call, [&](RunningCall &call) {
        if (is_delicate && call.watched.spared < most_spared) {
            ++call.watched.spared;
            return;
        }
        if (call.interrupt(state().request_timeout))
            ++call.watched.interruptions;
    });
}

void Inspection::take(const Step &step) const {
    if (step.what != Step::What::end_again)
        report(step);
    if (step.what == Step::What::end || step.what == Step::What::end_again)
        interrupt(step);
    if (step.what == Step::What::give_up)
        RunningCalls::here().with(step.call, [](RunningCall &call) { call.watched.is_given_up = true; });
}

} // namespace pyhook
