// py/convert.h: converts C++ values to Python objects and back, by overload.
#pragma once

#include "py/text.h"

#include <concepts>
#include <optional>
#include <span>
#include <string>

namespace py {

inline ref to_python(ref value) noexcept { return value; }

inline ref to_python(std::same_as<bool> auto value) noexcept { return ref::share(value ? Py_True : Py_False); }

template <std::integral T>
requires(!std::same_as<T, bool>) ref to_python(T value) {
    if constexpr (std::signed_integral<T>)
        return check(PyLong_FromLongLong(value));
    else
        return check(PyLong_FromUnsignedLongLong(value));
}

inline ref to_python(double value) { return check(PyFloat_FromDouble(value)); }

/// Text from the network. It is decoded as UTF-8; other bytes are escaped, and `text` gives them back.
inline ref to_python(std::string_view value) {
    return check(PyUnicode_DecodeUTF8(value.data(), static_cast<Py_ssize_t>(value.size()), "surrogateescape"));
}

inline ref to_python(const std::string &value) { return to_python(std::string_view(value)); }

/// A null string of httpd becomes None.
inline ref to_python(const char *value) { return value == nullptr ? none() : to_python(std::string_view(value)); }

inline ref to_python(std::span<const char> bytes) {
    return check(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

template <class T> ref to_python(std::optional<T> value) { return value ? to_python(std::move(*value)) : none(); }

/// A list of the results of `convert`, one for each element.
template <class Range, class Convert> ref list_of(const Range &range, Convert convert) {
    ref list = check(PyList_New(0));
    for (const auto &each : range)
        check(PyList_Append(list.get(), convert(each).get()));
    return list;
}
template <class Range> ref list_of(const Range &range) {
    return list_of(range, [](const auto &each) { return to_python(each); });
}

template <class T> struct argument {
    static T from(borrowed object) { return T(object); }
};

template <> struct argument<ref> {
    static ref from(borrowed object) noexcept { return ref::share(object); }
};

template <> struct argument<bool> {
    static bool from(borrowed object) {
        if (!PyBool_Check(static_cast<PyObject *>(object)))
            raise(PyExc_TypeError, "expected bool, not %.100s", Py_TYPE(object)->tp_name);
        return object == Py_True;
    }
};

template <std::signed_integral T> struct argument<T> {
    static T from(borrowed object) {
        const long long value = PyLong_AsLongLong(object);
        if (value == -1 && PyErr_Occurred() != nullptr)
            throw error();
        if (static_cast<long long>(static_cast<T>(value)) != value)
            raise(PyExc_OverflowError, "%lld is out of range", value);
        return static_cast<T>(value);
    }
};

template <> struct argument<double> {
    static double from(borrowed object) {
        const double value = PyFloat_AsDouble(object);
        if (value == -1.0 && PyErr_Occurred() != nullptr)
            throw error();
        return value;
    }
};

template <class T> struct argument<std::optional<T>> {
    static std::optional<T> from(borrowed object) {
        if (object == Py_None)
            return std::nullopt;
        return std::optional<T>(argument<T>::from(object));
    }
};

template <class T> T from_python(borrowed object) { return argument<T>::from(object); }

} // namespace py
