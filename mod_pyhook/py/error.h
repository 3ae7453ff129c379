// py/error.h: turns a failed C API call into a C++ exception, and back. The Python exception stays in Python's
// indicator.
#pragma once

#include "py/ref.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace py {

/// Says only that Python's error indicator is set.
struct error {};

/// The door from the C API into C++: throws if the result is null.
inline ref check(PyObject *result) {
    if (result == nullptr)
        throw error();
    return ref::steal(result);
}

/// Throws if the result is -1, otherwise gives it back.
inline int check(int result) {
    if (result == -1)
        throw error();
    return result;
}

/// Sets an exception of `type` and throws.
[[noreturn]] void raise(borrowed type, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Sets an exception whose text ends with the repr of an object, and throws.
[[noreturn]] void raise_showing(borrowed type, const char *text, borrowed shown);

/// The door from C++ into Python: if `body` throws, the exception is in the indicator and `failure` is returned.
template <class Result, class Body> Result guarded(Result failure, Body &&body) noexcept {
    try {
        return body();
    } catch (const error &) {
        return failure;
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::invalid_argument &wrong) {
        PyErr_Format(PyExc_ValueError, "%s", wrong.what()); // which may hold bytes of any kind
    } catch (const std::exception &unexpected) {
        PyErr_SetString(PyExc_RuntimeError, unexpected.what());
    }
    return failure;
}

/// Is the pending exception an instance of `type`?
bool pending(borrowed type) noexcept;

/// Takes the pending exception out of the indicator, normalised and with its traceback attached.
ref take_exception() noexcept;

/// Takes the pending SystemExit. Gives the status with which a Python program would exit.
int exit_status() noexcept;

/// Puts an exception back as the pending one.
void restore(ref exception) noexcept;

/// Gives the pending exception to sys.unraisablehook, where no caller can take it.
void write_unraisable(maybe context) noexcept;

/// Runs `step`. Gives its exception to sys.unraisablehook, because no caller can take it.
template <class Step> void or_unraisable(Step &&step) noexcept {
    guarded(0, [&] {
        step();
        return 0;
    });
    if (PyErr_Occurred() != nullptr)
        write_unraisable({});
}

/// The lines that `traceback.format_exception` gives for the exception. Of a very long chain only the last exception is
/// described. Never throws.
std::vector<std::string> describe(borrowed exception) noexcept;

/// Keeps the pending exception aside while other Python code runs.
class error_kept {
public:
    error_kept() noexcept : exception_(PyErr_Occurred() != nullptr ? take_exception() : ref()) {}
    error_kept(const error_kept &) = delete;
    error_kept &operator=(const error_kept &) = delete;
    ~error_kept() {
        if (exception_)
            restore(std::move(exception_));
    }

private:
    ref exception_;
};

/// Python could not start. `what()` is CPython's reason.
struct start_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs `step` while an interpreter starts. A Python exception becomes the reason why the interpreter did not start,
/// because no caller can take it.
template <class Step> void or_start_error(const char *what, Step step) {
    try {
        step();
    } catch (const error &) {
        std::string reason = what;
        for (const std::string &line : describe(take_exception()))
            reason += "\n" + line;
        throw start_error(reason);
    }
}

} // namespace py
