// py/error.h: a failing C API call becomes a C++ exception, and back; the exception itself stays in Python's indicator.
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

/// The door from the C API into C++: a null result is an error.
inline ref check(PyObject *result) {
    if (result == nullptr)
        throw error();
    return ref::steal(result);
}

/// The same for calls that answer -1; what they answer otherwise is kept.
inline int check(int result) {
    if (result == -1)
        throw error();
    return result;
}

/// Sets an exception of `type` and throws.
[[noreturn]] void raise(borrowed type, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// The same, the text followed by the repr of an object.
[[noreturn]] void raise_showing(borrowed type, const char *text, borrowed shown);

/// The door from C++ into Python: whatever `body` throws is in the indicator when `failure` is returned.
template <class Result, class Body> Result guarded(Result failure, Body &&body) noexcept {
    try {
        return body();
    } catch (const error &) {
        return failure;
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::exception &unexpected) {
        PyErr_SetString(PyExc_RuntimeError, unexpected.what());
    }
    return failure;
}

/// Is the pending exception an instance of `type`?
bool pending(borrowed type) noexcept;

/// Takes the pending exception out of the indicator, normalised and with its traceback attached.
ref take_exception() noexcept;

/// The exit status that the pending SystemExit asks for, which is taken; what a process would end with.
int exit_status() noexcept;

/// Puts an exception back as the pending one.
void restore(ref exception) noexcept;

/// For places where nobody listens: the pending exception goes to sys.unraisablehook.
void write_unraisable(maybe context) noexcept;

/// Runs a step for which nobody listens.
template <class Step> void or_unraisable(Step &&step) noexcept {
    guarded(0, [&] {
        step();
        return 0;
    });
    if (PyErr_Occurred() != nullptr)
        write_unraisable({});
}

/// The exception as `traceback.format_exception` prints it, a line each; of a very long chain the last one. Never
/// throws.
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

/// Python could not start; `what()` is CPython's own reason.
struct start_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Nobody above can take a Python exception: it becomes the reason why an interpreter did not start.
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
