// py/mapping.h: makes a C++ type with get_item, set_item, delete_item, contains, count and keys a Python mapping.
#pragma once

#include "py/bind.h"

namespace py {

template <class T> struct mapping {
    static PyObject *subscript(PyObject *self, PyObject *key) noexcept {
        return usable<PyObject *>(self, nullptr, [&](T &map) { return map.get_item(key).release(); });
    }

    static int assign(PyObject *self, PyObject *key, PyObject *value) noexcept {
        return usable(self, -1, [&](T &map) {
            if (value == nullptr)
                map.delete_item(key);
            else
                map.set_item(key, value);
            return 0;
        });
    }

    static int contains(PyObject *self, PyObject *key) noexcept {
        return usable(self, -1, [&](T &map) { return map.contains(key) ? 1 : 0; });
    }

    static Py_ssize_t length(PyObject *self) noexcept {
        return usable<Py_ssize_t>(self, -1, [](T &map) { return map.count(); });
    }

    static PyObject *iterate(PyObject *self) noexcept {
        return usable<PyObject *>(self, nullptr,
                                  [](T &map) { return check(PyObject_GetIter(map.keys().get())).release(); });
    }

private:
    template <class Result, class Body> static Result usable(PyObject *self, Result failure, Body body) noexcept {
        return guarded(failure, [&] {
            T &map = *static_cast<T *>(self);
            [[maybe_unused]] const auto use = use_of(map);
            return body(map);
        });
    }
};

/// The slots of a mapping type: the given ones, those of the mapping, and the end mark.
template <class T, class... Slots> auto mapping_slots(Slots... own) {
    return std::array{own...,
                      slot(Py_tp_iter, &mapping<T>::iterate),
                      slot(Py_mp_subscript, &mapping<T>::subscript),
                      slot(Py_mp_ass_subscript, &mapping<T>::assign),
                      slot(Py_mp_length, &mapping<T>::length),
                      slot(Py_sq_contains, &mapping<T>::contains),
                      PyType_Slot{}};
}

} // namespace py
