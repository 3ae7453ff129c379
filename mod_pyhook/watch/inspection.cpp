#include "watch/inspection.h"

#include "py/attach.h"
#include "py/thread.h"

#include "apache/log.h"

#include "types/request.h"

#include <cstdio>

#include "py/poison.h"

namespace pyhook {

namespace {

/// What is written of a call, taken while it runs.
struct Described {
    server_rec *server = nullptr;
    std::string phase, method, uri, client;
    double ran = 0;
    double age = 0;
    py::OtherThread thread;

    explicit Described(const RunningCall &call) : thread(call.facts().thread) {
        const RunningCall::Facts &facts = call.facts();
        server = facts.record->server;
        phase = facts.request->phase == nullptr ? "-" : facts.request->phase;
        method = facts.method;
        uri = facts.uri;
        client = facts.client;
        ran = std::chrono::duration<double>(call.watched.ran).count();
        age = static_cast<double>(apr_time_now() - facts.record->request_time) / APR_USEC_PER_SEC;
    }

    std::string head(const char *code, const char *what, const std::string &interpreter) const {
        char times[2][32];
        std::snprintf(times[0], sizeof times[0], "%.1f", ran);
        std::snprintf(times[1], sizeof times[1], "%.1f", age);
        return std::string(code) + ": " + phase + " " + method + " " + uri + " has run for " + times[0] +
               " seconds in Python" + what + " (client " + client + ", interpreter " + interpreter + ", received " +
               times[1] + " seconds ago)";
    }
};

struct Words {
    int level;
    const char *code;
    const char *what;
};

constexpr Words words_of(Step::What what) {
    switch (what) {
    case Step::What::report_slow:
        return {APLOG_WARNING, code::slow, ""};
    case Step::What::give_up:
        return {APLOG_ERR, code::not_interrupted,
                " and is not interrupted by an exception: the child ends when its other requests have ended"};
    default:
        return {APLOG_ERR, code::timed_out, ": it is interrupted"};
    }
}

} // namespace

Inspection::Inspection(State &state) : state_(state) { state_.views.fetch_add(1); }

/// Afterwards the interpreter may end at any moment.
Inspection::~Inspection() { state_.views.fetch_sub(1); }

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
        const py::attached here(state_.interpreter);
        attached_ = true;
        for (const Step &step : steps_)
            take(step);
    } catch (const std::exception &failure) { // no memory, or no thread state: the next look tries again
        apache::log(APLOG_ERR, ap_server_conf, std::string(code::timed_out) + ": PyHookTimeout: " + failure.what());
    }
    over_ = true;
}

/// Writes the entry of a step, once. It comes before the interruption, so that it shows what was interrupted.
void Inspection::report(const Step &step) const {
    std::optional<Described> described;
    const auto bit = static_cast<unsigned char>(1 << static_cast<int>(step.what));
    RunningCalls::here().with(step.call, [&](RunningCall &call) {
        if ((std::exchange(call.watched.reported, call.watched.reported | bit) & bit) == 0)
            described.emplace(call);
    });
    if (!described)
        return;
    const Words words = words_of(step.what);
    std::string entry = described->head(words.code, words.what, state_.interpreter.name());
    for (const std::string &line : described->thread.stack()) // the call goes on, because this thread is attached
        entry += "\n" + line;
    apache::log(words.level, described->server, apache::abridged(entry));
}

void Inspection::interrupt(const Step &step) const {
    py::OtherThread thread;
    if (!RunningCalls::here().with(step.call, [&](const RunningCall &call) { thread = call.facts().thread; }) ||
        thread.runs_own_code())
        return;
    RunningCalls::here().with(step.call, [&](RunningCall &call) {
        if (call.interrupt(state_.request_timeout))
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
