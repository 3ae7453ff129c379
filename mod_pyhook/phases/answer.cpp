#include "phases/answer.h"

#include "call/exception.h"
#include "call/result.h"
#include "call/transmission.h"
#include "wsgi/adapter.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr ResultRule content_rule{
    .none = OK,
    .may_decline = true,
    .may_end = true,
    .least_status = 200,
    .expected = "expected None, OK, DECLINED, DONE, an HTTP status (200 to 599), bytes, str, an iterator of them or a "
                "WSGI response"};
constexpr ResultRule early_rule{
    .none = DECLINED, .may_decline = true, .may_end = true, .least_status = 200, .expected = content_rule.expected};
constexpr ResultRule plain_rule{.none = DECLINED,
                                .may_decline = true,
                                .may_end = true,
                                .least_status = 300,
                                .expected = "expected None, OK, DECLINED, DONE or an HTTP status (300 to 599)"};

constexpr const ResultRule &rule_of(const Phase &phase) {
    return phase.result == Result::content ? content_rule : phase.result == Result::early ? early_rule : plain_rule;
}

/// A handler leaves the answer to others: they get the body from its beginning.
int decline(const PhaseRun &run, const Site &site) {
    if (run.request.give_body_back())
        return DECLINED;
    return report_lost_body(run.request.record(), site);
}

int status_for(const PhaseRun &run, const Site &site, py::borrowed result) {
    if (makes_content(run.phase.result) && is_body(result))
        return send_body(run.request, site, result, *run.body);
    if (makes_content(run.phase.result) && PyCallable_Check(result) != 0)
        return wsgi::send_result(run.request, site, result);
    const int status = status_of_result(run.request, rule_of(run.phase), site, result);
    return status == DECLINED && makes_content(run.phase.result) ? decline(run, site) : status;
}

} // namespace

/// Behind what a handler has sent, httpd would write the page of an error, and end the response as if it were whole.
int answer_with(const PhaseRun &run, const Site &site, py::borrowed result) {
    const int status = status_for(run, site, result);
    return status >= HTTP_MULTIPLE_CHOICES ? failed(run.request.record(), run.phase, site, status) : status;
}

int failed(request_rec *r, const Phase &phase, const Site &site, int status) {
    if (makes_content(phase.result))
        return fail(r, site, status);
    return phase.result == Result::logging ? DECLINED : status;
}

} // namespace pyhook
