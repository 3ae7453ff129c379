#include "call/result.h"

#include "py/bind.h"
#include "py/text.h"

#include "apache/error_page.h"

#include <limits>
#include <string>

#include "py/poison.h"

namespace pyhook {

namespace {

/// Python would warn of a coroutine that nobody awaits, unless it is closed.
void close_unawaited(py::borrowed coroutine) {
    if (!py::ref::steal(PyObject_CallMethod(coroutine, "close", nullptr)))
        PyErr_Clear();
}

/// Behind the words of a log entry: what pyhook.cures knows of such a result.
std::string cure_for(const Site &site, py::borrowed result) {
    const py::ref known = py::call(py::attribute(py::import("pyhook.cures"), "cure_of_result"),
                                   py::to_python(std::string_view(site.phase)), result);
    return std::string(py::text(known).view());
}

template <class Record> int wrong_result(Record *record, const Site &site, py::borrowed result, const char *expected) {
    PyErr_Clear();
    const bool is_coroutine = PyCoro_CheckExact(static_cast<PyObject *>(result)) != 0;
    const py::ref text = py::check(PyObject_Repr(result));
    const std::string what = "returned " + std::string(py::text(text).view().substr(0, 200)) + " of type " +
                             Py_TYPE(result)->tp_name + ": " +
                             (is_coroutine ? "only a content handler (PyHookHandler) may be async def" : expected) +
                             cure_for(site, result);
    report(record, code::wrong_result, site, what, {});
    if (is_coroutine)
        close_unawaited(result);
    return HTTP_INTERNAL_SERVER_ERROR;
}

/// The answer that a result other than None means under the rule; nothing for a wrong result.
std::optional<int> answer_from(py::borrowed result, const ResultRule &rule) {
    const std::optional<int> number = number_of(result);
    const bool is_answer =
        number && (*number == OK || (*number == DECLINED && rule.may_decline) || (*number == DONE && rule.may_end) ||
                   (*number >= rule.least_status && *number < no_status));
    return is_answer ? number : std::nullopt;
}

bool is_success(int status) { return status >= 200 && status < 300; }

} // namespace

void report_wrong_result(request_rec *r, const Site &site, py::borrowed result, const char *expected) {
    wrong_result(r, site, result, expected);
}

int report_lost_body(request_rec *r, const Site &site) {
    const std::string lost = "returned DECLINED after it had read more than " +
                             std::to_string(apache::Body::most_given_back) +
                             " bytes of the body: nobody else could read them";
    report(r, code::wrong_result, site, lost, {});
    return HTTP_INTERNAL_SERVER_ERROR;
}

std::optional<int> number_of(py::borrowed result) noexcept {
    PyObject *number = result;
    if (!PyLong_Check(number) || PyBool_Check(number))
        return std::nullopt;
    int overflow = 0;
    const long value = PyLong_AsLongAndOverflow(number, &overflow);
    if (overflow != 0 || value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(value);
}

int detail::status_of_value(Request &request, const ResultRule &rule, const Site &site, py::borrowed result) {
    const std::optional<int> answer = answer_from(result, rule);
    if (!answer)
        return wrong_result(request.record(), site, result, rule.expected);
    if (is_success(*answer)) {
        request.set_status(*answer);
        return OK;
    }
    if (*answer > 0)
        apache::name_status(request.record(), *answer);
    return *answer;
}

int detail::status_of_value(conn_rec *c, const ResultRule &rule, const Site &site, py::borrowed result) {
    const std::optional<int> answer = answer_from(result, rule);
    if (!answer)
        return wrong_result(c, site, result, rule.expected);
    return *answer > 0 ? HTTP_INTERNAL_SERVER_ERROR : *answer;
}

} // namespace pyhook
