// wsgi/input.h: wsgi.input, the body of a request as a file. A body whose length nobody can tell is received before the
// application is called.
#pragma once

#include "gateway/variables.h"
#include "types/request.h"

namespace pyhook::wsgi {

struct Input : PyObject {
    Request *request; // owned

    /// The record of the request decides who may read, and for how long.
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

/// Receives a body whose length nobody can tell, if the location does not want the body as it comes. Returns OK or an
/// HTTP status.
int receive(Request &request, gateway::BodyLength &length);

} // namespace pyhook::wsgi
