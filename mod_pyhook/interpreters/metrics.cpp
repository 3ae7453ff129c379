#include "interpreters/metrics.h"

#include "interpreters/status.h"

#include <cstdio>
#include <string>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *handler_name = "pyhook-metrics";

/// A metric of each interpreter. A counter only grows, until the server is restarted.
struct Metric {
    const char *name;
    const char *unit; // the end of the name, or null
    bool is_counter;
    const char *help;
    double (*value)(const Sum &);
};

constexpr Metric metrics[] = {
    {"pyhook_calls", nullptr, true, "Calls from httpd into Python.",
     [](const Sum &sum) { return static_cast<double>(sum.calls); }},
    {"pyhook_errors", nullptr, true, "Entries with a PYHOOK code in the error log.",
     [](const Sum &sum) { return static_cast<double>(sum.errors); }},
    {"pyhook_call_seconds", "seconds", true, "Time of these calls, if ExtendedStatus is On.",
     [](const Sum &sum) { return sum.seconds; }},
    {"pyhook_threads", nullptr, false, "Threads of httpd that have run Python and still exist.",
     [](const Sum &sum) { return static_cast<double>(sum.threads); }},
    {"pyhook_requests_in_flight", nullptr, false, "Requests that Python has seen and that have not ended.",
     [](const Sum &sum) { return static_cast<double>(sum.requests); }},
    {"pyhook_request_objects", nullptr, false, "Python objects for requests.",
     [](const Sum &sum) { return static_cast<double>(sum.objects); }},
    {"pyhook_requests_suspended", nullptr, false, "Requests that go on without a thread.",
     [](const Sum &sum) { return static_cast<double>(sum.suspended); }},
    {"pyhook_websockets_open", nullptr, false, "WebSockets that are open.",
     [](const Sum &sum) { return static_cast<double>(sum.sockets); }},
    {"pyhook_children", nullptr, false, "Children that have the interpreter.",
     [](const Sum &sum) { return static_cast<double>(sum.children); }},
};

/// OpenMetrics names the family without `_total`; the older format knows only names of samples.
std::string text_of(const Metric &metric, const std::vector<Sum> &sums, bool open) {
    const std::string family = metric.name;
    const std::string sample = family + (metric.is_counter ? "_total" : "");
    const std::string &described = open ? family : sample;
    std::string text = "# TYPE " + described + (metric.is_counter ? " counter\n" : " gauge\n");
    if (open && metric.unit != nullptr)
        text += "# UNIT " + described + " " + metric.unit + "\n";
    text += "# HELP " + described + " " + metric.help + "\n";
    for (const Sum &sum : sums) {
        char value[32];
        std::snprintf(value, sizeof value, "%.15g", metric.value(sum));
        text += sample + "{interpreter=\"" + sum.name + "\"} " + value + "\n";
    }
    return text;
}

bool wants_open_metrics(const request_rec *r) {
    const char *accept = apr_table_get(r->headers_in, "Accept");
    return accept == nullptr || strstr(accept, "application/openmetrics-text") != nullptr ||
           strstr(accept, "text/plain") == nullptr;
}

int answer_with_metrics(request_rec *r) noexcept try {
    if (r->handler == nullptr || strcmp(r->handler, handler_name) != 0)
        return DECLINED;
    r->allowed |= AP_METHOD_BIT << M_GET;
    if (r->method_number != M_GET)
        return HTTP_METHOD_NOT_ALLOWED;
    const bool open = wants_open_metrics(r);
    ap_set_content_type(r, open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                : "text/plain; version=0.0.4; charset=utf-8");
    apr_table_mergen(r->headers_out, "Vary", "Accept");
    const std::vector<Sum> sums = all_sums();
    std::string text;
    for (const Metric &metric : metrics)
        text += text_of(metric, sums, open);
    if (open)
        text += "# EOF\n";
    ap_rwrite(text.data(), static_cast<int>(text.size()), r);
    return OK;
} catch (const std::bad_alloc &) {
    return HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

void attach_metrics() { ap_hook_handler(&answer_with_metrics, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
