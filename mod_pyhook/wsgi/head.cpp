#include "wsgi/head.h"

#include "py/error.h"

#include "apache/error_page.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "wsgi/latin1.h"

#include <algorithm>
#include <charconv>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

constexpr const char *hop_by_hop[] = {
    "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
    "TE",         "Trailer",    "Trailers",           "Transfer-Encoding",   "Upgrade",
};

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return apr_isdigit(c); });
}

std::string_view latin1_or_raise(py::borrowed object, const char *what) {
    if (!PyUnicode_Check(static_cast<PyObject *>(object)))
        py::raise(PyExc_TypeError, "%s is a str, not %.100s", what, Py_TYPE(object)->tp_name);
    if (const auto text = latin1(object))
        return *text;
    py::raise_showing(PyExc_ValueError, "a header or status has characters outside ISO-8859-1:", object);
}

} // namespace

bool is_hop_by_hop(std::string_view name) {
    return std::any_of(std::begin(hop_by_hop), std::end(hop_by_hop),
                       [name](const char *one) { return apache::same_name(name, one); });
}

Head::Head(request_rec *r, int status) : r_(r), headers_(apr_table_make(r->pool, 8)) { set_status(status); }

Head::Head(request_rec *r, py::borrowed status, py::borrowed headers) : r_(r) {
    set_status(latin1_or_raise(status, "the status"));
    if (!PyList_Check(static_cast<PyObject *>(headers)))
        py::raise(PyExc_TypeError, "the headers are a list of (name, value) tuples, not %.100s",
                  Py_TYPE(headers)->tp_name);
    const py::ref pairs = py::check(PyList_AsTuple(headers)); // another thread may change the list meanwhile
    headers_ = apr_table_make(r->pool, static_cast<int>(PyTuple_GET_SIZE(pairs.get())));
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(pairs.get()); ++at)
        add(PyTuple_GET_ITEM(pairs.get(), at));
}

void Head::set_status(std::string_view line) {
    const std::string_view code = line.substr(0, 3);
    if (code.size() != 3 || !all_digits(code) || (line.size() > 3 && line[3] != ' '))
        py::raise(PyExc_ValueError, "the status is three digits, a space and a reason, as '200 OK', not '%.100s'",
                  apache::copy(r_->pool, line));
    if (std::any_of(line.begin(), line.end(), is_control))
        py::raise(PyExc_ValueError, "the status has control characters");
    set_status((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    if (line.size() > 4)
        line_ = apache::copy(r_->pool, line);
}

void Head::set_status(int status) {
    if (status < 200 || status > 599)
        py::raise(PyExc_ValueError, "%d is no final status (200 to 599)", status);
    status_ = status;
    line_ = apache::line_of_unknown(r_->pool, status);
}

void Head::add(py::borrowed pair) {
    PyObject *tuple = pair;
    if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) != 2)
        py::raise_showing(PyExc_TypeError, "a header is a tuple (name, value), not", tuple);
    add(latin1_or_raise(PyTuple_GET_ITEM(tuple, 0), "the name of a header"),
        latin1_or_raise(PyTuple_GET_ITEM(tuple, 1), "the value of a header"));
}

void Head::add(std::string_view name, std::string_view value) {
    if (std::any_of(value.begin(), value.end(), [](unsigned char byte) { return is_control(byte) && byte != '\t'; }))
        py::raise(PyExc_ValueError, "the value of %.100s has control characters", apache::copy(r_->pool, name));
    if (apache::same_name(name, "Content-Length"))
        return set_length(value);
    const char *own_value = apache::copy(r_->pool, value);
    if (apache::same_name(name, "Content-Type")) {
        content_type_ = own_value;
        return;
    }
    const char *own_name = apache::copy(r_->pool, name);
    if (!apache::is_token(name))
        py::raise(PyExc_ValueError, "'%.100s' is no name of a header", own_name);
    if (is_hop_by_hop(name))
        py::raise(PyExc_ValueError, "%.100s is between httpd and the client: an application can't set it", own_name);
    apr_table_addn(headers_, own_name, own_value);
}

void Head::set_length(std::string_view digits) {
    apr_off_t length = 0;
    const char *end = digits.data() + digits.size();
    if (!all_digits(digits) || std::from_chars(digits.data(), end, length).ec != std::errc())
        py::raise(PyExc_ValueError, "Content-Length is a number, not '%.100s'", apache::copy(r_->pool, digits));
    if (length_ >= 0 && length_ != length)
        py::raise(PyExc_ValueError, "there are two different Content-Length headers");
    length_ = length;
}

void Head::commit() const {
    r_->status = status_;
    r_->status_line = line_;
    // httpd guessed these from a file's name. They do not describe this body.
    r_->content_type = nullptr;
    r_->content_encoding = nullptr;
    r_->content_languages = nullptr;
    if (content_type_ != nullptr)
        ap_set_content_type(r_, content_type_);
    if (length_ >= 0)
        ap_set_content_length(r_, length_);
    for (const auto &header : apache::entries(headers_))
        apr_table_addn(r_->headers_out, header.key, header.val);
}

} // namespace pyhook::wsgi
