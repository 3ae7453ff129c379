// py/ref.h: says who owns a Python object: `ref` owns it, `borrowed` is a non-null argument, `maybe` a nullable one.
#pragma once

#include "py/python.h"

#include <cstddef>
#include <utility>

namespace py {

/// A non-null object that the caller keeps alive as long as it is used.
class borrowed {
public:
    borrowed(PyObject *object) noexcept : object_(object) {} // NOLINT(google-explicit-constructor)
    borrowed(std::nullptr_t) = delete;

    operator PyObject *() const noexcept { return object_; } // NOLINT(google-explicit-constructor)

private:
    PyObject *object_;
};

/// A nullable argument. It owns nothing.
class maybe {
public:
    maybe(PyObject *object = nullptr) noexcept : object_(object) {} // NOLINT(google-explicit-constructor)

    explicit operator bool() const noexcept { return object_ != nullptr; }
    borrowed operator*() const noexcept { return object_; }
    PyObject *get() const noexcept { return object_; }

private:
    PyObject *object_;
};

/// One owned reference. `steal` takes over a new reference, `share` makes another one; nothing else makes a `ref`.
class ref {
public:
    ref() noexcept = default;
    ref(ref &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    ref &operator=(ref &&other) noexcept {
        PyObject *old = std::exchange(object_, std::exchange(other.object_, nullptr));
        Py_XDECREF(old);
        return *this;
    }
    ~ref() { Py_XDECREF(object_); }

    static ref steal(PyObject *object) noexcept { return ref(object); }
    static ref share(borrowed object) noexcept { return ref(Py_NewRef(object)); }

    explicit operator bool() const noexcept { return object_ != nullptr; }
    operator borrowed() const noexcept { return object_; } // NOLINT(google-explicit-constructor)
    PyObject *get() const noexcept { return object_; }

    ref copy() const noexcept { return share(object_); }

    /// Gives the reference to an API that steals it, or to Python as a result.
    [[nodiscard]] PyObject *release() noexcept { return std::exchange(object_, nullptr); }

private:
    explicit ref(PyObject *object) noexcept : object_(object) {}

    PyObject *object_ = nullptr;
};

inline ref none() noexcept { return ref::share(Py_None); }

/// Empties a field of an object struct. C++ neither constructs nor destroys these fields.
template <class T> void clear(T *&field) noexcept { Py_CLEAR(field); }

/// Puts an owned reference into a field of an object struct.
template <class T> T *store(T *&field, ref value) noexcept {
    T *old = std::exchange(field, reinterpret_cast<T *>(value.release()));
    Py_XDECREF(reinterpret_cast<PyObject *>(old));
    return field;
}

} // namespace py
