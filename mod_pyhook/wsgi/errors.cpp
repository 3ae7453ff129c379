#include "wsgi/errors.h"

#include "apache/log.h"

#include "types/serving.h"

#include <utility>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

constexpr std::size_t longest_line = HUGE_STRING_LEN;

constinit thread_local error_lines *lines_here = nullptr;

} // namespace

error_lines::error_lines(request_rec *r) noexcept : r_(r), outer_(std::exchange(lines_here, this)) {}

error_lines::~error_lines() {
    flush();
    lines_here = outer_;
}

/// Asked for, the connection is this thread's alone again: the log may give the request an id.
error_lines *error_lines::here() noexcept { return serving::connection() == nullptr ? nullptr : lines_here; }

void error_lines::add(std::string_view text) {
    const std::size_t end = text.rfind('\n');
    if (end == std::string_view::npos) {
        begun_ += text;
        if (begun_.size() >= longest_line)
            flush();
        return;
    }
    begun_ += text.substr(0, end);
    apache::log(APLOG_ERR, r_, begun_);
    begun_ = text.substr(end + 1);
}

void error_lines::flush() {
    if (!begun_.empty())
        apache::log(APLOG_ERR, r_, begun_);
    begun_.clear();
}

void Errors::write(py::text text) {
    if (error_lines *lines = error_lines::here())
        return lines->add(text);
    const std::string_view line = text;
    if (line.find_first_not_of('\n') != std::string_view::npos) // a thread of the application's own
        apache::log(APLOG_ERR, ap_server_conf, line);
}

void Errors::writelines(py::borrowed lines) {
    const py::ref iterator = py::check(PyObject_GetIter(lines));
    while (py::ref line = py::ref::steal(PyIter_Next(iterator.get())))
        write(py::text(line));
    if (PyErr_Occurred() != nullptr)
        throw py::error();
}

void Errors::flush() {
    if (error_lines *lines = error_lines::here())
        lines->flush();
}

PyTypeObject *Errors::make_type() {
    static PyMethodDef methods[] = {
        py::method<&Errors::write, "write(text)", "Write to the error log, an entry for each line.">(),
        py::method<&Errors::writelines, "writelines(lines)", "Write several texts.">(),
        py::method<&Errors::flush, "flush()", "Log a line that has not ended yet.">(),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<Errors>),
        py::slot(Py_tp_methods, static_cast<PyMethodDef *>(methods)),
        {Py_tp_doc, const_cast<char *>("The error log as a text file.")},
        {},
    };
    PyType_Spec spec = {"pyhook.wsgi.Errors", sizeof(Errors), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                        slots};
    return py::make_type(spec);
}

} // namespace pyhook::wsgi
