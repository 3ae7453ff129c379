#include "call/overdue.h"

#include "apache/log.h"

#include "call/recent.h"

#include <cstdio>

#include "py/poison.h"

namespace pyhook {

namespace {

struct Words {
    int level;
    const char *code;
    const char *what;
};

constexpr Words words_of(Overdue how) {
    switch (how) {
    case Overdue::slow:
        return {APLOG_WARNING, code::slow, ""};
    case Overdue::interrupted:
        return {APLOG_ERR, code::timed_out, ": it is interrupted"};
    default:
        return {APLOG_ERR, code::not_interrupted,
                " and is not interrupted by an exception: the child ends when its other requests have ended"};
    }
}

double age_of(const request_rec &r) { return static_cast<double>(apr_time_now() - r.request_time) / APR_USEC_PER_SEC; }

} // namespace

Description::Description(const RunningCall &call) : Description(call.facts(), call.watched.ran) {}

Description::Description(const Request &request, std::chrono::steady_clock::duration ran)
    : Description(RunningCall::facts_of(request, *request.state, *request.record()), ran) {}

Description::Description(const RunningCall::Facts &facts, std::chrono::steady_clock::duration ran)
    : server(facts.record->server), phase(facts.request->phase == nullptr ? "-" : facts.request->phase),
      method(facts.method), uri(facts.uri), client(facts.client), interpreter(facts.state->interpreter.name()),
      ran(std::chrono::duration<double>(ran).count()), age(age_of(*facts.record)) {}

Description::Description(const RunningElsewhere &request)
    : server(request.facts().record->server), phase("handler"), method(request.facts().method),
      uri(request.facts().uri), client(request.facts().client),
      interpreter(request.facts().state != nullptr ? request.facts().state->interpreter.name()
                                                   : request.facts().processes),
      ran(0), age(age_of(*request.facts().record)) {}

std::string Description::whose() const {
    return "client " + client + ", interpreter " + interpreter + ", received " + seconds(age) + " ago";
}

std::string Description::seconds(double count) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f seconds", count);
    return text;
}

void report_overdue(Overdue how, const Description &call, const std::vector<std::string> &stack) {
    const Words words = words_of(how);
    std::string entry = std::string(words.code) + ": " + call.what() + " has run for " +
                        Description::seconds(call.ran) + " in Python" + words.what + " (" + call.whose() + ")";
    for (const std::string &line : stack)
        entry += "\n" + line;
    Recent::here().add({.interpreter = call.interpreter,
                        .text = entry,
                        .method = call.method,
                        .uri = call.uri,
                        .client = call.client});
    apache::log(words.level, call.server, apache::abridged(entry));
}

} // namespace pyhook
