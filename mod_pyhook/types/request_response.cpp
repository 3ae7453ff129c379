#include "py/attach.h"

#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/response.h"
#include "apache/table.h"

#include "types/request.h"
#include "types/waiting.h"

#include <cstring>

#include "py/poison.h"

namespace pyhook {

namespace {

/// Throws ConnectionError if the client has gone or a filter failed. A handler that has more to do can catch it and go
/// on.
void check_passed(apr_status_t status) {
    if (status == APR_SUCCESS)
        return;
    char reason[HUGE_STRING_LEN / 16];
    apr_strerror(status, reason, sizeof(reason));
    py::raise(PyExc_ConnectionAbortedError, "the response can't be sent: %s", reason);
}

/// httpd gathers small writes in a filter in front of all others, which the first of them adds. Its memory is that of
/// the request that writes: a nested sub-request has the filter of the outer one while it is looked up, and ends before
/// that one.
bool gathers(const request_rec *r) noexcept {
    const ap_filter_t *first = r->output_filters;
    if (first != nullptr && first->frec == ap_old_write_func)
        return first->r == r;
    const ap_filter_t *f = first;
    while (f != nullptr && f->frec != ap_old_write_func)
        f = f->next;
    return f == nullptr && (first == nullptr || first->frec->ftype > AP_FTYPE_RESOURCE - 10);
}

} // namespace

bool Request::is_complete() const {
    const request_rec *r = record();
    while (r != nullptr && !apache::is_given_whole(r))
        r = r->main;
    return r != nullptr;
}

/// The client would read whatever is sent after the end of a response as the start of the next one. In log_transaction
/// it is always too late, because the response to a client that has gone is never complete.
void Request::check_open(request_rec *r) const {
    const bool is_over = phase != nullptr && strcmp(phase, "log_transaction") == 0;
    if (is_over || apache::is_complete(r))
        py::raise(PyExc_ConnectionAbortedError, "the response is complete already");
    check_does_not_wait(r, "it can't be given anything meanwhile");
    keep_framing(r);
}

void Request::check_may_send(request_rec *r) const {
    check_not_in_filter(Direction::output);
    check_open(r);
}

/// What fits into httpd's buffer goes there at once, without giving up the GIL. More goes through the filters, behind
/// what the buffer has.
void Request::write(py::body_data data) {
    request_rec *r = record();
    check_may_send(r);
    const std::string_view piece = data.view();
    if (piece.size() <= static_cast<std::size_t>(APR_BUCKET_BUFF_SIZE - gathered) && gathers(r)) {
        gathered += static_cast<int>(piece.size());
        const int written = ap_rwrite(piece.data(), static_cast<int>(piece.size()), r);
        check_passed(written < 0 ? APR_ECONNABORTED : APR_SUCCESS);
        return;
    }
    gathered = 0;
    check_passed(py::while_detached([piece, r] { return apache::pass(r, piece, apache::Then::more); }));
}

/// Like `write` and then `flush`, with one walk through the filters.
void Request::write_and_flush(py::body_data data) {
    check_may_send(record());
    gathered = 0;
    check_passed(py::while_detached([&, r = record()] { return apache::pass(r, data.view(), apache::Then::flush); }));
}

py::ref Request::awrite(py::body_data data) {
    Custody &loop = Custody::here_or_raise("write");
    check_open(record());
    return loop.write(*this, data.view());
}

void Request::flush() {
    check_may_send(record());
    gathered = 0;
    const int result = py::while_detached([r = record()] { return ap_rflush(r); });
    check_passed(result < 0 ? APR_ECONNABORTED : APR_SUCCESS);
}

namespace {

[[noreturn]] void raise_os_error(apr_status_t status, const char *path) {
    errno = APR_TO_OS_ERROR(status);
    PyErr_SetFromErrnoWithFilename(PyExc_OSError, path);
    throw py::error();
}

} // namespace

std::pair<apr_file_t *, apr_off_t> open_file(request_rec *r, const char *path) {
    constexpr apr_int32_t flags = APR_READ | APR_BINARY | APR_SENDFILE_ENABLED;
    apr_file_t *file = nullptr;
    apr_finfo_t info{};
    const apr_status_t status = py::while_detached([&] {
        const apr_status_t found = apr_stat(&info, path, APR_FINFO_TYPE, r->pool); // to open a FIFO would wait
        if (found != APR_SUCCESS || info.filetype != APR_REG)
            return found;
        const apr_status_t opened = apr_file_open(&file, path, flags, APR_OS_DEFAULT, r->pool);
        return opened == APR_SUCCESS ? apr_file_info_get(&info, APR_FINFO_SIZE, file) : opened;
    });
    if (status != APR_SUCCESS)
        raise_os_error(status, path);
    if (info.filetype != APR_REG)
        raise_os_error(info.filetype == APR_DIR ? APR_FROM_OS_ERROR(EISDIR) : APR_EINVAL, path);
    return {file, info.size};
}

apr_off_t Request::sendfile(py::c_text path, std::optional<apr_off_t> offset, std::optional<apr_off_t> length) {
    check_may_send(record());
    request_rec *r = record();
    const auto [file, whole] = open_file(r, path.c_str());
    const apr_off_t start = offset.value_or(0);
    const apr_off_t rest = whole - start;
    const apr_off_t size = length.value_or(-1) < 0 ? rest : *length;
    if (start < 0 || rest < 0 || size > rest)
        py::raise(PyExc_ValueError, "the file has %lld bytes", static_cast<long long>(whole));
    if (size > 0)
        check_passed(py::while_detached([&, file = file] { return apache::pass_file(r, file, start, size); }));
    return size;
}

void Request::set_content_length(apr_off_t length) {
    if (length < 0)
        py::raise(PyExc_ValueError, "a length is not negative");
    keep_framing(record());
    ap_set_content_length(record(), length);
}

void Request::set_last_modified(std::optional<double> mtime) {
    if (mtime)
        ap_update_mtime(record(), time_from(*mtime));
    ap_set_last_modified(record());
}

void Request::set_etag() { ap_set_etag(record()); }

int Request::meets_conditions() { return ap_meets_conditions(record()); }

void Request::send_interim_response(int status) {
    if (status < 102 || status > 199)
        py::raise(PyExc_ValueError, "%d is no interim status (102 to 199)", status);
    check_may_send(record());
    request_rec *r = record();
    if (r->sent_bodyct != 0 || apache::has_begun(r))
        py::raise(PyExc_RuntimeError, "the response has begun: an interim one comes before it");
    const int outer = r->status;
    const char *outer_line = r->status_line;
    r->status = status;
    r->status_line = nullptr;
    py::while_detached([r] { ap_send_interim_response(r, 1); });
    r->status = outer;
    r->status_line = outer_line;
}

void Request::custom_response(int status, py::c_text text) {
    if (status < 300 || status > 599)
        py::raise(PyExc_ValueError, "%d is no status of an error (300 to 599)", status);
    const bool is_page = text.view().starts_with('/') || ap_is_url(text.c_str()) != 0; // httpd's distinction
    if (is_page && !apache::is_field_value(text))
        py::raise(PyExc_ValueError, "a URL has one line; a text that looks like one starts with a quotation mark");
    // As in ErrorDocument, a quotation mark at the start is not shown. httpd takes no text with a line end before it
    // for a URL.
    const bool marked = text.view().starts_with('"');
    const char *shown =
        marked ? apr_pstrcat(record()->pool, "\n", text.c_str() + 1, nullptr) : apache::copy(record()->pool, text);
    ap_custom_response(record(), status, shown);
}

void Request::allow_methods(py::ref methods, std::optional<bool> replace) {
    request_rec *r = record();
    const std::vector<py::c_text> names = texts_from(methods);
    for (const py::c_text &name : names)
        if (!apache::is_token(name))
            py::raise(PyExc_ValueError, "a method's name is a token (RFC 9110, 5.6.2)");
    if (replace.value_or(false))
        ap_clear_method_list(r->allowed_methods);
    for (const py::c_text &name : names)
        ap_method_list_add(r->allowed_methods, apache::copy(r->pool, name));
    r->allowed |= r->allowed_methods->method_mask;
    if (!apr_is_empty_array(r->allowed_methods->method_list)) // httpd shows names without a number only beside this bit
        r->allowed_methods->method_mask |= AP_METHOD_BIT << M_INVALID;
}

std::span<PyMethodDef> request_response_methods() {
    static PyMethodDef rows[] = {
        py::method<
            &Request::write, "write(data)",
            "Send a piece of the body: bytes, or str as UTF-8. Raises ConnectionError when the client has gone.">(),
        py::method<&Request::awrite, "awrite(data)",
                   "In a coroutine: await it for a piece of the body to be on its way. Raises ConnectionError.">(),
        py::method<&Request::flush, "flush()", "Send what has been written so far.">(),
        py::method<&Request::sendfile, "sendfile(path, offset=0, length=-1)",
                   "Send a file or a part of it; gives the number of bytes. Raises OSError.">(),
        py::method<&Request::set_content_length, "set_content_length(length)", "Set Content-Length.">(),
        py::method<&Request::set_last_modified, "set_last_modified(mtime=None)",
                   "Set Last-Modified from `mtime`, if that is later, given in seconds.">(),
        py::method<&Request::set_etag, "set_etag()", "Set ETag from the file, as FileETag says.">(),
        py::method<&Request::meets_conditions, "meets_conditions()",
                   "OK, or the status (304, 412) that If-Match and its like ask for.">(),
        py::method<&Request::send_interim_response, "send_interim_response(status)",
                   "Send a 1xx response with headers_out, which it empties (103: Early Hints).">(),
        py::method<&Request::custom_response, "custom_response(status, text)",
                   "For this request answer errors of `status` with a text or a URL, as ErrorDocument does.">(),
        py::method<&Request::allow_methods, "allow_methods(methods, replace=False)",
                   "Add to the methods that the Allow header names.">(),
    };
    return rows;
}

} // namespace pyhook
