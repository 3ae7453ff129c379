// wsgi/errors.h: wsgi.errors, a text file whose lines are entries of httpd's error log.
#pragma once

#include "py/bind.h"

#include "apache/httpd.h"

#include <string>

namespace pyhook::wsgi {

/// One object serves all requests: who writes is the request that the thread serves.
struct Errors : PyObject {
    void check_usable() const noexcept {}
    void drop() noexcept {}

    void write(py::text text);
    void writelines(py::borrowed lines);
    void flush();

    static py::ref make(PyTypeObject *type) { return py::ref::steal(py::make<Errors>(type)); }
    static PyTypeObject *make_type();
};

/// For the length of a request the thread gathers what it writes into lines.
class error_lines {
public:
    explicit error_lines(request_rec *r) noexcept;
    error_lines(const error_lines &) = delete;
    error_lines &operator=(const error_lines &) = delete;
    ~error_lines();

    static error_lines *here() noexcept;
    void add(std::string_view text);
    void flush();

private:
    request_rec *r_;
    std::string begun_; // a line whose end has not come yet
    error_lines *outer_;
};

} // namespace pyhook::wsgi
