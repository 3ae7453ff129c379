#include "py/attach.h"
#include "py/bytes.h"

#include "apache/pool.h"

#include "types/request.h"

#include <algorithm>
#include <cstring>

#include "py/poison.h"

namespace pyhook {

namespace {

/// httpd's status for a body that can't be read (400, 408 or 413).
int status_of_unreadable(const request_rec *r, apr_status_t status) {
    const int mapped = status == AP_FILTER_ERROR ? r->status : ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    return ap_is_HTTP_ERROR(mapped) ? mapped : HTTP_BAD_REQUEST;
}

} // namespace

/// Throws an exception that answers the request with httpd's status, unless Python catches it.
void Request::raise_unreadable(apr_status_t status) const {
    const request_rec *r = record();
    char reason[HUGE_STRING_LEN / 16] = "httpd has answered it already"; // as it does to LimitRequestBody
    const int http_status = status_of_unreadable(r, status);
    if (status != AP_FILTER_ERROR)
        apr_strerror(status, reason, sizeof(reason));
    const py::ref text = py::check(PyUnicode_FromFormat("the request's body can't be read: %s", reason));
    const py::ref error = py::call(state->body_error, py::to_python(http_status), text);
    PyErr_SetObject(state->body_error.get(), error.get());
    throw py::error();
}

namespace {

/// The bytes that are there; waits for the client if there are none. Empty at the end of the body.
std::string_view next_piece(const Request &request, apache::Body &body) {
    if (body.at_hand().empty() && !body.ended()) {
        const apr_status_t status = py::while_detached([&] { return body.fetch(); });
        if (status != APR_SUCCESS)
            request.raise_unreadable(status);
    }
    return body.at_hand();
}

std::size_t limit_of(std::optional<Py_ssize_t> size) {
    return size && *size >= 0 ? static_cast<std::size_t>(*size) : static_cast<std::size_t>(PY_SSIZE_T_MAX);
}

/// A client may announce a body of any length, so no more than this is allocated before it has come.
constexpr apr_off_t most_expected = 1024 * 1024;

/// Fills `place`, and waits for the client as often as needed. Gives less than its size at the end of the body.
std::size_t fill(const Request &request, apache::Body &body, std::span<char> place) {
    std::size_t done = body.take(place);
    if (done == place.size() || body.ended())
        return done;
    const apr_status_t status = py::while_detached([&] { return body.read(place, done); });
    if (status != APR_SUCCESS)
        request.raise_unreadable(status);
    return done;
}

py::ref read_up_to(const Request &request, apache::Body &body, std::size_t limit) {
    const auto expected = static_cast<std::size_t>(std::min(body.expected(), most_expected));
    py::bytes_builder collected(std::min(expected, limit));
    while (collected.size() < limit) {
        if (collected.is_full() && next_piece(request, body).empty())
            break;
        const std::span<char> place = collected.free(limit - collected.size());
        const std::size_t came = fill(request, body, place);
        collected.added(came);
        if (came < place.size())
            break;
    }
    return collected.finish();
}

py::ref read_line(const Request &request, apache::Body &body, std::size_t limit) {
    py::bytes_builder line(0);
    bool complete = false;
    while (!complete && line.size() < limit) {
        std::string_view piece = next_piece(request, body).substr(0, limit - line.size());
        if (piece.empty())
            break;
        const std::size_t end = piece.find('\n');
        complete = end != std::string_view::npos;
        if (complete)
            piece = piece.substr(0, end + 1);
        line.append(piece);
        body.skip(piece.size());
    }
    return line.finish();
}

} // namespace

/// True if a phase before or after the handler reads the body, which the handler must still find. A sub-request has no
/// body.
bool Request::reads_ahead() const {
    return record()->main == nullptr && phase != nullptr && strcmp(phase, "handler") != 0 &&
           strcmp(phase, "log_transaction") != 0;
}

apache::Body &Request::body() {
    check_not_in_filter(Direction::input);
    check_does_not_wait(record(), "its body can't be read meanwhile");
    return own_body();
}

apache::Body &Request::own_body() {
    const bool is_another_phases = body_phase_ != nullptr && body_phase_ != phase;
    if (body_ != nullptr && !is_another_phases)
        return *body_;
    request_rec *r = record();
    auto *made = apache::make<apache::Body>(r->pool, r);
    const bool ahead = reads_ahead();
    if (const apr_status_t status = ahead ? py::while_detached([=] { return made->read_ahead(); }) : APR_SUCCESS;
        status != APR_SUCCESS)
        raise_unreadable(status);
    body_ = made;
    body_phase_ = ahead ? phase : nullptr;
    return *body_;
}

/// Called when a handler that has read leaves the answer to another handler. Returns false if that one would find only
/// a part of the body.
bool Request::give_body_back() {
    apache::Body *read = std::exchange(body_, nullptr);
    return read == nullptr || body_phase_ != nullptr || read->put_back();
}

py::ref Request::aread(std::optional<Py_ssize_t> size) { return Custody::here_or_raise("read").read(*this, size); }
py::ref Request::aread1() { return Custody::here_or_raise("read").read_some(*this); }

py::ref Request::read(std::optional<Py_ssize_t> size) { return read_up_to(*this, body(), limit_of(size)); }

py::ref Request::readline(std::optional<Py_ssize_t> size) { return read_line(*this, body(), limit_of(size)); }

py::ref Request::readlines(std::optional<Py_ssize_t> hint) {
    py::ref lines = py::check(PyList_New(0));
    const std::size_t limit = hint && *hint > 0 ? static_cast<std::size_t>(*hint) : limit_of(std::nullopt);
    for (std::size_t total = 0; total < limit;) {
        py::ref line = readline(std::nullopt);
        const auto size = static_cast<std::size_t>(PyBytes_GET_SIZE(line.get()));
        if (size == 0)
            break;
        total += size;
        py::check(PyList_Append(lines.get(), line.get()));
    }
    return lines;
}

/// Gives an empty reference at the end, as iterators do.
py::ref Request::next_line() {
    py::ref line = readline(std::nullopt);
    return PyBytes_GET_SIZE(line.get()) == 0 ? py::ref() : std::move(line);
}

std::size_t Request::read_into(std::span<char> place) { return fill(*this, body(), place); }

void Request::discard_request_body() {
    apache::Body &from = body(); // it may have read some of the body already
    for (std::string_view piece = next_piece(*this, from); !piece.empty(); piece = next_piece(*this, from))
        from.skip(piece.size());
}

std::span<PyMethodDef> request_body_methods() {
    static PyMethodDef rows[] = {
        py::method<&Request::read, "read(size=-1)",
                   "Up to `size` bytes of the body, all of it by default; b'' at its end. Raises BodyError.">(),
        py::method<&Request::readline, "readline(size=-1)",
                   "The next line of the body with its end; b'' at its end.">(),
        py::method<&Request::readlines, "readlines(hint=-1)",
                   "The lines of the body, until `hint` bytes are reached.">(),
        py::method<
            &Request::aread, "aread(size=-1)",
            "In a coroutine: await it for up to `size` bytes of the body, all of it by default. Raises BodyError.">(),
        py::method<&Request::aread1, "aread1()",
                   "In a coroutine: await it for the bytes that come next, 64 KB at most; b'' at the end.">(),
        py::method<&Request::discard_request_body, "discard_request_body()", "Read the body and throw it away.">(),
    };
    return rows;
}

} // namespace pyhook
