#include "wsgi/latin1.h"
#include "wsgi/response.h"

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

std::string_view latin1_or_raise(py::borrowed object, const char *what) {
    if (!PyUnicode_Check(static_cast<PyObject *>(object)))
        py::raise(PyExc_TypeError, "%s is a str, not %.100s", what, Py_TYPE(object)->tp_name);
    if (const auto text = latin1(object))
        return *text;
    py::raise_showing(PyExc_ValueError, "a header or status has characters outside ISO-8859-1:", object);
}

void add(gateway::Head &head, PyObject *pair) {
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2)
        py::raise_showing(PyExc_TypeError, "a header is a tuple (name, value), not", pair);
    head.add(latin1_or_raise(PyTuple_GET_ITEM(pair, 0), "the name of a header"),
             latin1_or_raise(PyTuple_GET_ITEM(pair, 1), "the value of a header"));
}

} // namespace

gateway::Head head_from(request_rec *r, py::borrowed status, py::borrowed headers) {
    const std::string_view line = latin1_or_raise(status, "the status");
    if (!PyList_Check(static_cast<PyObject *>(headers)))
        py::raise(PyExc_TypeError, "the headers are a list of (name, value) tuples, not %.100s",
                  Py_TYPE(headers)->tp_name);
    const py::ref pairs = py::check(PyList_AsTuple(headers)); // another thread may change the list meanwhile
    gateway::Head head(r, line, static_cast<int>(PyTuple_GET_SIZE(pairs.get())));
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(pairs.get()); ++at)
        add(head, PyTuple_GET_ITEM(pairs.get(), at));
    return head;
}

} // namespace pyhook::wsgi
