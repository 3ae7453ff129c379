#include "call/cure.h"

#include "py/bind.h"
#include "py/interpreter.h"
#include "py/text.h"
#include "py/version.h"

#include <algorithm>
#include <string_view>

#include "py/poison.h"

namespace pyhook {

namespace {

/// What the error says; none of them names the interpreter.
constexpr std::string_view refusals[] = {
    "does not support loading in subinterpreters",          // CPython, where the interpreter has a GIL of its own
    "can only be loaded into one interpreter per process",  // Cython
    "may only be initialized once per interpreter process", // PyO3
    "do not yet support subinterpreters",                   // PyO3 from 0.19 on
    "cannot load module more than once per process",        // numpy
    "CPU dispatcher tracer already",                        // numpy 2, which raises RuntimeError
};

bool is_refusal(py::borrowed exception) {
    if (PyErr_GivenExceptionMatches(exception, PyExc_ImportError) == 0 &&
        PyErr_GivenExceptionMatches(exception, PyExc_RuntimeError) == 0)
        return false;
    const py::ref words = py::check(PyObject_Str(exception));
    const py::text said(words);
    return std::any_of(std::begin(refusals), std::end(refusals),
                       [&](std::string_view refusal) { return said.view().find(refusal) != std::string_view::npos; });
}

/// What an exception was raised from, said to be so or not.
py::ref behind(py::borrowed exception) noexcept {
    PyObject *cause = PyException_GetCause(exception);
    return py::ref::steal(cause != nullptr ? cause : PyException_GetContext(exception));
}

/// Packages wrap the error of their extension in one of their own.
bool is_caused_by_refusal(py::borrowed exception) {
    int depth = 100; // a chain can be made to lead back to itself
    for (py::ref each = py::ref::share(exception); each && depth > 0; each = behind(each), --depth)
        if (is_refusal(each))
            return true;
    return false;
}

std::string known_cure(py::borrowed exception, const char *phase, const char *callable) {
    const py::ref known = py::call(py::attribute(py::import("pyhook.cures"), "cure"), exception,
                                   py::to_python(std::string_view(phase)), py::to_python(std::string_view(callable)));
    const std::string line(py::text(known).view());
    return line.empty() ? line : "\n" + line;
}

} // namespace

std::string cure_for(py::borrowed exception, const char *phase, const char *callable) noexcept {
    try {
        const py::Interpreter *here = py::Interpreter::current();
        if (here == nullptr)
            return {};
        if (!is_caused_by_refusal(exception))
            return known_cure(exception, phase, callable);
        return "\nThe extension can't be loaded in interpreter '" + here->name() +
               (here->name() == "main" ? "', since another one was the first to try" : "'") +
               ": run every place that needs it in the main one (PyHookRunIn main)" +
               (py::version::has_gil && here->has_own_gil() ? ", or define the interpreter with gil=shared" : "");
    } catch (const py::error &) { // of its __str__
        static_cast<void>(py::take_exception());
    } catch (const std::exception &) { // out of memory: the traceback is there
    }
    return {};
}

} // namespace pyhook
