// wsgi/input.h: wsgi.input, the body of a request as a file.
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

} // namespace pyhook::wsgi
