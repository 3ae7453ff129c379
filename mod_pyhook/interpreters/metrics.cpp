#include "interpreters/metrics.h"

#include "apache/registering.h"

#include "call/latency.h"
#include "call/open_metrics.h"
#include "config/handler_names.h"
#include "interpreters/status.h"
#include "types/own_metrics.h"

#include <array>
#include <map>

#include "py/poison.h"

namespace pyhook {

namespace {

using Kind = MetricFamily::Kind;

constexpr Metric<Sum> metrics[] = {
    {{"pyhook_calls", Kind::counter, "Calls from httpd into Python."},
     [](const Sum &sum) { return static_cast<double>(sum.calls); }},
    {{"pyhook_errors", Kind::counter, "Entries with a PYHOOK code in the error log."},
     [](const Sum &sum) { return static_cast<double>(sum.errors); }},
    {{"pyhook_call_seconds", Kind::counter, "Time of these calls, if ExtendedStatus is On."},
     [](const Sum &sum) { return sum.seconds; }},
    {{"pyhook_threads", Kind::gauge, "Threads of httpd that have run Python and still exist."},
     [](const Sum &sum) { return static_cast<double>(sum.threads); }},
    {{"pyhook_threads_busy", Kind::gauge, "Threads of httpd that are in a call into Python, or wait for its end."},
     [](const Sum &sum) { return static_cast<double>(sum.busy); }},
    {{"pyhook_requests_in_flight", Kind::gauge, "Requests that Python has seen and that have not ended."},
     [](const Sum &sum) { return static_cast<double>(sum.requests); }},
    {{"pyhook_request_objects", Kind::gauge, "Python objects for requests."},
     [](const Sum &sum) { return static_cast<double>(sum.objects); }},
    {{"pyhook_requests_suspended", Kind::gauge, "Requests that go on without a thread."},
     [](const Sum &sum) { return static_cast<double>(sum.suspended); }},
    {{"pyhook_websockets_open", Kind::gauge, "WebSockets that are open."},
     [](const Sum &sum) { return static_cast<double>(sum.sockets); }},
    {{"pyhook_children", Kind::gauge, "Children that have the interpreter."},
     [](const Sum &sum) { return static_cast<double>(sum.children); }},
    {{"pyhook_loop_lag_seconds", Kind::gauge, "How late the event loop is now, in the child where it is the latest."},
     [](const Sum &sum) { return sum.loop_lag; }},
};

constexpr MetricFamily gil_waits{"pyhook_gil_wait_seconds", Kind::summary,
                                 "Waits of httpd's threads for the GIL when they call Python."};

constexpr Metric<ChildMemory> child_metrics[] = {
    {{"pyhook_child_memory_bytes", Kind::gauge, "Resident memory of a child in which Python runs."},
     [](const ChildMemory &child) { return static_cast<double>(child.bytes); }},
};

/// Histograms are told apart by the number of their labels.
constexpr MetricFamily loop_waits{"pyhook_loop_wait_seconds", Kind::histogram,
                                  "How long what was due has waited for the event loop."};
constexpr MetricFamily callables{"pyhook_callable_seconds", Kind::histogram,
                                 "Time of each callable, if ExtendedStatus is On."};

void write_sums(MetricsText &text) {
    const std::vector<Sum> sums = all_sums();
    text.add(metrics, sums, [](const Sum &sum) { return std::array{MetricLabel{"interpreter", sum.name}}; });
    text.begin(gil_waits);
    for (const Sum &sum : sums) {
        text.label({{"interpreter", sum.name}});
        text.add_summary(sum.gil_waits, sum.gil_seconds);
    }
}

void write_children(MetricsText &text) {
    std::string place;
    text.add(child_metrics, child_memories(), [&place](const ChildMemory &child) {
        place = std::to_string(child.place);
        return std::array{MetricLabel{"child", place}};
    });
}

/// Takes the next text off a key.
std::string_view next(std::string_view &key) {
    const std::string_view text = key.substr(0, key.find('\0'));
    key.remove_prefix(text.size() + 1);
    return text;
}

struct Writing {
    MetricsText &text;
    const MetricFamily &family;
};

void write_latency(void *to, std::string_view key, const apache::Histogram &times) {
    auto &[text, family] = *static_cast<Writing *>(to);
    const std::string_view interpreter = next(key);
    if (key.empty() != (&family == &loop_waits) || times.counts().back() == 0)
        return;
    if (key.empty()) {
        text.label({{"interpreter", interpreter}});
    } else {
        const std::string_view phase = next(key);
        text.label({{"interpreter", interpreter}, {"phase", phase}, {"callable", next(key)}});
    }
    text.add(times);
}

void write_latencies(MetricsText &text) {
    for (const MetricFamily *family : {&loop_waits, &callables}) {
        text.begin(*family);
        Writing writing{text, *family};
        each_latency(&write_latency, &writing);
    }
}

/// A family of pyhook.metrics. Its numbers are found by their labels, as the key has them.
struct OwnFamily {
    Kind kind;
    std::string help = {};
    apr_time_t since = 0;
    std::map<std::string, double> numbers = {};
};
using OwnFamilies = std::map<std::string, OwnFamily>;

/// Takes kind and name off a key, and finds the family of that name.
std::pair<Kind, OwnFamily &> family_of(void *families, std::string_view &key) {
    const Kind kind = next(key) == "counter" ? Kind::counter : Kind::gauge;
    return {kind,
            static_cast<OwnFamilies *>(families)->try_emplace(std::string(next(key)), OwnFamily{kind}).first->second};
}

/// If interpreters or releases of the code disagree about the kind or the help of a metric, the last is shown.
void collect_help(void *to, std::string_view key, apr_time_t when) {
    const auto [kind, family] = family_of(to, key);
    if (when < family.since)
        return;
    family.kind = kind;
    family.help = next(key);
    family.since = when;
}

void collect_own(void *to, std::string_view key, double number, bool is_rest) {
    const auto [kind, family] = family_of(to, key);
    if (family.kind == kind && !(is_rest && number == 0 && !key.empty()))
        family.numbers[std::string(key)] += number; // a label may really be "other"
}

void write_own(MetricsText &text) {
    OwnFamilies families;
    each_metric_help(&collect_help, &families);
    each_own_metric(&collect_own, &families);
    for (const auto &[name, family] : families) {
        const MetricFamily described{name, family.kind, family.help};
        text.begin(described);
        for (const auto &[key, number] : family.numbers) {
            std::vector<MetricLabel> labels;
            for (std::string_view left = key; !left.empty();) {
                const std::string_view label = next(left);
                labels.push_back({label, next(left)});
            }
            text.label(labels);
            text.add(number);
        }
    }
}

bool wants_open_metrics(const request_rec *r) {
    const char *accept = apr_table_get(r->headers_in, "Accept");
    return accept == nullptr || strstr(accept, "application/openmetrics-text") != nullptr ||
           strstr(accept, "text/plain") == nullptr;
}

[[gnu::noinline]] int answer_with_metrics(request_rec *r) noexcept try {
    r->allowed |= AP_METHOD_BIT << M_GET;
    if (r->method_number != M_GET)
        return HTTP_METHOD_NOT_ALLOWED;
    const bool open = wants_open_metrics(r);
    ap_set_content_type(r, open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                : "text/plain; version=0.0.4; charset=utf-8");
    apr_table_mergen(r->headers_out, "Vary", "Accept");
    const std::string whole = metrics_text(open);
    ap_rwrite(whole.data(), static_cast<int>(whole.size()), r);
    return OK;
} catch (const std::bad_alloc &) {
    return HTTP_INTERNAL_SERVER_ERROR;
}

int answer_metrics(request_rec *r) noexcept {
    return r->handler != nullptr && std::string_view(r->handler) == handler_names::metrics ? answer_with_metrics(r)
                                                                                           : DECLINED;
}

} // namespace

std::string metrics_text(bool open) {
    MetricsText text(open);
    write_sums(text);
    write_children(text);
    write_latencies(text);
    write_own(text);
    apache::reading.more_metrics(text);
    return text.finish();
}

void attach_metrics(void (*more)(MetricsText &)) {
    apache::reading.more_metrics = more;
    ap_hook_handler(&answer_metrics, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace pyhook
