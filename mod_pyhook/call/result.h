// call/result.h: from what callables returned to httpd's status.
#pragma once

#include "call/entry.h"
#include "config/phases.h"
#include "types/request.h"

#include <optional>

namespace pyhook {

/// Which results a hook takes, and what they mean to it.
struct ResultRule {
    int none;             // what None means
    bool may_decline;     // DECLINED is an answer
    bool may_end;         // DONE is one
    int least_status;     // so are HTTP statuses from here on
    const char *expected; // what a log entry says of any other result
};

inline constexpr int no_status = 600;

namespace detail {
int status_of_value(Request &request, const ResultRule &rule, const Site &site, py::borrowed result);
int status_of_value(conn_rec *c, const ResultRule &rule, const Site &site, py::borrowed result);
} // namespace detail

/// The status that a result means under the rule. A wrong one is logged, and means 500. For a connection hook `asked`
/// is the conn_rec: a connection takes no HTTP status, so a result that is one refuses it.
template <class Asked>
int status_of_result(Asked &&asked, const ResultRule &rule, const Site &site, py::borrowed result) {
    return result == Py_None ? rule.none : detail::status_of_value(asked, rule, site, result);
}

/// Logs a result that its caller can't use. No exception is pending afterwards.
void report_wrong_result(request_rec *r, const Site &site, py::borrowed result, const char *expected);

/// Reports a content handler that leaves the answer to others after it has read more of the body than can be given
/// back; returns 500.
int report_lost_body(request_rec *r, const Site &site);

/// The number that a callable returned. Nothing for a bool, for an object that is no number, and for a number that no
/// httpd hook takes.
std::optional<int> number_of(py::borrowed result) noexcept;

/// httpd's run rule among several callables of one hook.
class Answers {
public:
    explicit Answers(Run run) : run_(run) {}

    /// True when `status` ends the hook.
    bool add(int status) {
        const bool ends = run_ == Run::first ? status != DECLINED : status != DECLINED && status != OK;
        if (ends || status == OK)
            answer_ = status;
        return ends;
    }
    int answer() const { return answer_; }

private:
    Run run_;
    int answer_ = DECLINED;
};

} // namespace pyhook
