#include "wsgi/plain_files.h"

#include "py/bind.h"

#include <cstring>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

py::ref attribute_or_none(py::borrowed object, const char *name) {
    py::ref found = py::ref::steal(PyObject_GetAttrString(object, name));
    if (!found)
        PyErr_Clear();
    return found;
}

/// What a method of C code belongs to, if it is called `read`: a delegate gives its file's own method.
py::ref owner_of(const py::ref &method) {
    if (!method || !PyCFunction_Check(method.get()))
        return {};
    const auto *function = reinterpret_cast<PyCFunctionObject *>(method.get());
    PyObject *owner = PyCFunction_GET_SELF(method.get());
    return owner != nullptr && strcmp(function->m_ml->ml_name, "read") == 0 ? py::ref::share(owner) : py::ref();
}

/// tempfile wraps each method of its `file`, and has no read() of its own.
bool passes_on(py::borrowed filelike) {
    PyTypeObject *type = Py_TYPE(filelike);
    return strcmp(type->tp_name, "_TemporaryFileWrapper") == 0 &&
           PyObject_HasAttrString(reinterpret_cast<PyObject *>(type), "read") == 0;
}

} // namespace

PlainFiles::PlainFiles() {
    const py::ref io = py::import("_io");
    file_ = py::attribute(io, "FileIO");
    reader_ = py::attribute(io, "BufferedReader");
    random_ = py::attribute(io, "BufferedRandom");
}

/// A subclass may read otherwise, and so may what is below a buffer.
bool PlainFiles::is_plain(py::borrowed object) const {
    PyObject *const type = reinterpret_cast<PyObject *>(Py_TYPE(object));
    if (type == file_.get())
        return true;
    if (type != reader_.get() && type != random_.get())
        return false;
    const py::ref raw = attribute_or_none(object, "raw");
    return raw && reinterpret_cast<PyObject *>(Py_TYPE(raw.get())) == file_.get();
}

py::ref PlainFiles::read_by(py::borrowed filelike) const {
    const py::ref inner = passes_on(filelike) ? attribute_or_none(filelike, "file") : py::ref::share(filelike);
    py::ref file = inner ? owner_of(attribute_or_none(inner, "read")) : py::ref();
    return file && is_plain(file) ? std::move(file) : py::ref();
}

} // namespace pyhook::wsgi
