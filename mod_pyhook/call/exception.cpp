#include "call/exception.h"

#include "py/attach.h"

#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/response.h"
#include "apache/table.h"

#include "types/request.h"

#include <string>

#include "py/poison.h"

namespace pyhook {

namespace {

bool matches(py::borrowed exception, py::borrowed type) { return PyErr_GivenExceptionMatches(exception, type) != 0; }

void keep_body_of(request_rec *r, int status, py::borrowed error) {
    const py::ref body = py::attribute(error, "body");
    if (body.get() == Py_None)
        return;
    const py::body_data data(body);
    const py::ref given = py::attribute(error, "content_type");
    const char *type = nullptr;
    if (given.get() != Py_None) {
        const py::c_text text(given);
        if (!apache::is_field_value(text))
            py::raise(PyExc_ValueError, "a content type can't contain CR, LF or NUL");
        type = apache::copy(r->pool, text);
    }
    apache::keep_error_body(r, status, data.view(), type);
}

/// `raise HTTPError(403, "why", headers={...})`.
int answer(request_rec *r, const Site &site, py::borrowed error) {
    const int status = py::from_python<int>(py::attribute(error, "status"));
    if (status < 300 || status > 599)
        py::raise(PyExc_ValueError, "an HTTPError has a status from 300 to 599, not %d", status);
    keep_body_of(r, status, error);
    apache::name_status(r, status);
    const py::ref detail = py::attribute(error, "detail");
    if (detail.get() != Py_None)
        note(r, site, "answers " + std::to_string(status) + ": " + std::string(py::text(detail).view()));
    const py::ref headers = py::attribute(error, "headers");
    if (headers.get() != Py_None && PyObject_IsTrue(headers.get()) == 1) {
        const py::ref table = Request::of(State::current(), r)->table_object<Table::err_headers_out>();
        py::check(PyObject_CallMethod(table.get(), "update", "O", headers.get()));
    }
    return status;
}

int answer(conn_rec *c, const Site &site, py::borrowed) {
    note(c, site, "refuses the connection");
    return HTTP_INTERNAL_SERVER_ERROR;
}

/// The words for an exception that only says that the client does not listen any more, which is no mistake of the
/// callable. Null for another exception.
const char *tells_of_end(const request_rec *r, py::borrowed exception) {
    const bool is_heard = r->connection->aborted == 0 && !apache::is_complete(r);
    return !is_heard && matches(exception, PyExc_ConnectionError) ? "finds that the client has gone or has its answer"
                                                                  : nullptr;
}

const char *tells_of_end(const conn_rec *, py::borrowed exception) {
    return matches(exception, PyExc_ConnectionError) || matches(exception, PyExc_TimeoutError)
               ? "finds that the client has gone or is silent"
               : nullptr;
}

template <class Record> int status_of_pending(Record *record, const Site &site, const char *code) {
    py::ref exception = py::take_exception();
    if (matches(exception, State::current().http_error)) {
        try {
            return answer(record, site, exception);
        } catch (const py::error &) {
            exception = py::take_exception();
        }
    }
    if (matches(exception, State::current().request_timeout)) { // the log said why when it was raised
        note(record, site, "is interrupted by PyHookTimeout");
        return std::is_same_v<Record, request_rec> ? HTTP_GATEWAY_TIME_OUT : HTTP_INTERNAL_SERVER_ERROR;
    }
    if (const char *what = tells_of_end(record, exception))
        note(record, site, what);
    else
        report(record, code, site, "raised", exception.get());
    return HTTP_INTERNAL_SERVER_ERROR;
}

template <class Record> int status_of_problem(Record *record, const Site &site, const Unresolved &problem) {
    report(record, problem.code, site, problem.what(), problem.exception.get());
    return HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

int status_of_exception(request_rec *r, const Site &site, const char *code) { return status_of_pending(r, site, code); }
int status_of_exception(conn_rec *c, const Site &site, const char *code) { return status_of_pending(c, site, code); }

int status_of(request_rec *r, const Site &site, const Unresolved &problem) {
    return status_of_problem(r, site, problem);
}
int status_of(conn_rec *c, const Site &site, const Unresolved &problem) { return status_of_problem(c, site, problem); }

int fail(request_rec *r, const Site &site, int status) {
    if (apache::is_complete(r)) // by an internal redirect, an output filter, or httpd for a body over LimitRequestBody
        return OK;
    if (!apache::has_begun(r))
        return status;
    if (r->connection->aborted == 0)
        report(r, code::broken_off, site, "failed after the response had begun: it is broken off", {});
    py::while_detached([r] { apache::break_off(r); });
    return OK;
}

} // namespace pyhook
