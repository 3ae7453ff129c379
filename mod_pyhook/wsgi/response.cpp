#include "wsgi/response.h"

#include "py/attach.h"

#include "apache/framing.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

std::string_view view_of(PyObject *bytes) noexcept {
    return {PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))};
}

/// The exception in a sys.exc_info() tuple; nothing if no exception is being handled.
py::maybe exception_of(py::borrowed exc_info) {
    PyObject *info = exc_info;
    const bool is_info = PyTuple_Check(info) && PyTuple_GET_SIZE(info) == 3;
    PyObject *exception = is_info ? PyTuple_GET_ITEM(info, 1) : info;
    if (exception == Py_None)
        return {};
    if (!is_info || PyExceptionInstance_Check(exception) == 0)
        py::raise_showing(PyExc_TypeError, "exc_info is what sys.exc_info() gives, not", info);
    return exception;
}

} // namespace

void Response::start(py::borrowed status, py::borrowed headers, py::borrowed exc_info) {
    const py::maybe exception = exception_of(exc_info);
    if (exception && committed_) {
        py::restore(py::ref::share(*exception));
        throw py::error();
    }
    if (head_ && !exception)
        py::raise(PyExc_RuntimeError, "start_response was called before: a second call needs exc_info");
    head_ = head_from(r_, status, headers); // if this throws, the head of the first call stays
}

void Response::start(const gateway::Head &head) { head_ = head; }

/// An internal redirect answers instead of the application, unless the application has sent something before. httpd
/// itself answers when it refuses the request's body.
bool Response::was_replaced() const {
    return !ended_ && ((!committed_ && r_->next != nullptr) || apache::is_complete(r_));
}

bool Response::has_ended() const { return ended_ || was_replaced(); }

void Response::commit() {
    if (committed_)
        return;
    committed_ = true;
    head_->commit();
}

/// How many of `size` more bytes the Content-Length allows.
std::size_t Response::fitting(std::size_t size) {
    const apr_off_t length = head_->length();
    const apr_off_t wanted = static_cast<apr_off_t>(size);
    const apr_off_t fits = length < 0 ? wanted : std::min(wanted, length - sent_);
    cut_ = cut_ || fits < wanted;
    sent_ += fits;
    return static_cast<std::size_t>(fits);
}

/// For HEAD, httpd sends the length of the body that it does not send, unless the application has set it.
bool Response::is_counted() const { return head_->allows_body() || (r_->header_only != 0 && head_->length() < 0); }

void Response::send(std::string_view piece) {
    if (has_ended())
        return;
    commit();
    const std::size_t size = fitting(piece.size());
    if (size > 0 && head_->allows_body())
        transmission_.send(piece.substr(0, size));
    else
        transmission_.pass(apache::Then::flush);
}

void Response::send_last(std::string_view piece) {
    if (has_ended())
        return;
    commit();
    const std::size_t size = fitting(piece.size());
    if (size > 0 && is_counted())
        transmission_.append(apr_bucket_transient_create(piece.data(), size, r_->connection->bucket_alloc));
    finish();
}

void Response::add(std::string_view piece) {
    if (has_ended())
        return;
    commit();
    const std::size_t size = fitting(piece.size());
    if (size > 0 && head_->allows_body())
        transmission_.add(piece.substr(0, size));
}

void Response::send_all(py::borrowed pieces) {
    if (has_ended())
        return;
    commit();
    apr_bucket_alloc_t *alloc = r_->connection->bucket_alloc;
    const std::span<PyObject *> items(PySequence_Fast_ITEMS(static_cast<PyObject *>(pieces)),
                                      static_cast<std::size_t>(PyTuple_GET_SIZE(static_cast<PyObject *>(pieces))));
    std::size_t total = 0;
    for (PyObject *item : items)
        total += view_of(item).size();
    std::size_t left = fitting(total);
    if (left == 0 || !is_counted())
        return;
    const bool copied = left <= Transmission::rather_copied;
    char *copy = copied ? static_cast<char *>(apr_bucket_alloc(left, alloc)) : nullptr;
    if (copied)
        transmission_.append(apr_bucket_heap_create(copy, left, apr_bucket_free, alloc));
    for (PyObject *item : items) {
        const std::string_view piece = view_of(item).substr(0, left);
        left -= piece.size();
        if (copied)
            copy = static_cast<char *>(std::memcpy(copy, piece.data(), piece.size())) + piece.size();
        else if (!piece.empty())
            transmission_.append(apr_bucket_transient_create(piece.data(), piece.size(), alloc));
    }
    if (!copied)
        finish();
}

void Response::send_file(apr_file_t *file, apr_off_t offset, apr_off_t size, apache::Mapping mapping) {
    if (has_ended())
        return;
    commit();
    const std::size_t fits = fitting(static_cast<std::size_t>(size));
    if (fits > 0 && is_counted())
        transmission_.append_file(file, offset, static_cast<apr_off_t>(fits), mapping);
    finish();
}

bool Response::wants_more() const {
    return !has_ended() && !client_has_gone() && !cut_ && (!committed_ || head_->allows_body());
}

bool Response::is_short() const { return head_ && head_->allows_body() && sent_ < head_->length(); }

void Response::finish() {
    if (has_ended())
        return;
    ended_ = true;
    if (!head_) // the client has gone before the application has called start_response
        return;
    commit();
    if (client_has_gone())
        return;
    const py::detached here;
    if (!is_short())
        return transmission_.pass(apache::Then::end);
    transmission_.pass(apache::Then::flush);
    apache::break_off(r_);
}

void Response::finish_now() {
    finish();
    if (!client_has_gone())
        transmission_.flush();
}

void Response::abandon() {
    ended_ = true;
    transmission_.pass_waiting();
}

} // namespace pyhook::wsgi
