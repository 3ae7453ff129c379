// wsgi/input.h: wsgi.input, the body of a request as a file; received before the call where nobody can tell its length.
#pragma once

#include "types/request.h"

namespace pyhook::wsgi {

struct Input : PyObject {
    Request *request; // owned

    /// Its record decides who may read, and for how long.
    void check_usable() const { request->check_usable(); }
    void drop() noexcept { py::clear(request); }

    py::ref read(std::optional<Py_ssize_t> size) { return request->read(size); }
    py::ref readline(std::optional<Py_ssize_t> size) { return request->readline(size); }
    py::ref readlines(std::optional<Py_ssize_t> hint) { return request->readlines(hint); }
    std::size_t readinto(py::borrowed buffer);
    void close() {}

    static py::ref make(PyTypeObject *type, Request &request);
    static PyTypeObject *make_type();
};

/// What CONTENT_LENGTH says.
struct BodyLength {
    bool as_told = true;               // what the client says, if it does
    std::optional<apr_off_t> received; // what was found
};

/// Applications trust CONTENT_LENGTH. HTTP allows a body without: chunked, or over HTTP/2; and an input filter may make
/// more or less of what was told. Such a body is received now, unless the location wants it as it comes. An HTTP
/// status, or OK.
int receive(Request &request, BodyLength &length);

} // namespace pyhook::wsgi
