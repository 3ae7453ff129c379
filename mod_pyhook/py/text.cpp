#include "py/text.h"

namespace py {

namespace {

std::string_view view_of_str(borrowed object) {
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(object, &size);
    if (bytes == nullptr)
        throw error();
    return {bytes, static_cast<std::size_t>(size)};
}

std::string_view view_of_bytes(borrowed object) noexcept {
    return {PyBytes_AS_STRING(object), static_cast<std::size_t>(PyBytes_GET_SIZE(object))};
}

} // namespace

text::text(borrowed object) {
    if (!PyUnicode_Check(object))
        raise(PyExc_TypeError, "expected str, not %.100s", Py_TYPE(object)->tp_name);
    try {
        view_ = view_of_str(object);
        owner_ = ref::share(object);
    } catch (const error &) {
        if (!pending(PyExc_UnicodeEncodeError))
            throw;
        PyErr_Clear();
        owner_ = check(PyUnicode_AsEncodedString(object, "utf-8", "surrogateescape"));
        view_ = view_of_bytes(owner_);
    }
}

c_text::c_text(borrowed object) : text(object) {
    if (view().find('\0') != std::string_view::npos)
        raise(PyExc_ValueError, "a NUL character is not allowed here");
}

bool body_data::accepts(borrowed object) noexcept {
    return PyBytes_Check(object) || PyUnicode_Check(object) || PyObject_CheckBuffer(object);
}

body_data::body_data(borrowed object) {
    if (PyBytes_Check(object)) {
        owner_ = ref::share(object);
        view_ = view_of_bytes(object);
    } else if (PyUnicode_Check(object)) {
        view_ = view_of_str(object);
        owner_ = ref::share(object);
    } else if (PyObject_CheckBuffer(object)) {
        check(PyObject_GetBuffer(object, &buffer_, PyBUF_SIMPLE));
        view_ = {static_cast<const char *>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
    } else {
        raise(PyExc_TypeError, "a body is bytes or str, not %.100s", Py_TYPE(object)->tp_name);
    }
}

body_data::body_data(body_data &&other) noexcept
    : owner_(std::move(other.owner_)), buffer_(std::exchange(other.buffer_, {})), view_(other.view_) {}

body_data::~body_data() {
    if (buffer_.obj != nullptr)
        PyBuffer_Release(&buffer_);
}

} // namespace py
