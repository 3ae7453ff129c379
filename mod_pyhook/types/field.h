// types/field.h: makes a field of an httpd record a Python attribute, with one row for each field.
#pragma once

#include "py/bind.h"

#include "apache/pool.h"
#include "apache/table.h"

namespace pyhook {

/// An APR time or interval in seconds.
inline double seconds(apr_time_t time) { return static_cast<double>(time) / APR_USEC_PER_SEC; }

namespace detail {

template <class Member> struct member_type;
template <class Record, class T> struct member_type<T Record::*> { using type = T; };
template <auto field> using type_of = typename member_type<decltype(field)>::type;

template <class Object, auto member> PyObject *get_field(PyObject *self, void *) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        auto &view = *static_cast<Object *>(self);
        view.check_usable();
        const auto &value = view.record()->*member;
        if constexpr (std::is_convertible_v<decltype(value), const char *>)
            return py::to_python(static_cast<const char *>(value)).release();
        else
            return py::to_python(value).release();
    });
}

template <class Object, auto member, bool nullable> int set_field(PyObject *self, PyObject *value, void *) noexcept {
    return py::guarded(-1, [&] {
        using type = type_of<member>;
        auto &view = *static_cast<Object *>(self);
        [[maybe_unused]] const auto use = py::use_of(view);
        if (value == nullptr)
            py::raise(PyExc_AttributeError, "this attribute can't be deleted");
        if (!nullable && value == Py_None)
            py::raise(PyExc_TypeError, "this attribute always has a value");
        if constexpr (std::is_convertible_v<type, const char *>) {
            const auto text = py::from_python<std::optional<py::c_text>>(value);
            view.record()->*member = text ? apache::copy(view.record()->pool, *text) : nullptr;
        } else {
            view.record()->*member = py::from_python<type>(value);
        }
        return 0;
    });
}

} // namespace detail

/// A read-only field. A null string is None.
template <class Object, auto member> PyGetSetDef field(const char *name, const char *doc) {
    return {name, &detail::get_field<Object, member>, nullptr, doc, nullptr};
}

/// A field that Python may set. A string is copied into the record's pool.
template <class Object, auto member> PyGetSetDef writable(const char *name, const char *doc) {
    return {name, &detail::get_field<Object, member>, &detail::set_field<Object, member, true>, doc, nullptr};
}

/// A field that Python may set, but not to None, because httpd relies on the string.
template <class Object, auto member> PyGetSetDef required(const char *name, const char *doc) {
    return {name, &detail::get_field<Object, member>, &detail::set_field<Object, member, false>, doc, nullptr};
}

} // namespace pyhook
