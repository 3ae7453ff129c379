#include "python.h"

#include "sample.h"

namespace test {

py::Runtime &runtime() {
    static auto *made = [] {
        offer_sample();
        return new py::Runtime({.executable = PYHOOK_PYTHON_EXECUTABLE, .path = {"/first", "/second"}},
                               [](py::Interpreter &) {});
    }();
    return *made;
}

namespace {

py::ref evaluate(const char *source, int mode) {
    const py::ref module = py::import("__main__");
    PyObject *names = PyModule_GetDict(module.get());
    return py::check(PyRun_String(source, mode, names, names));
}

} // namespace

void run(const char *statements) { evaluate(statements, Py_file_input); }

py::ref eval(const char *expression) { return evaluate(expression, Py_eval_input); }

std::string eval_text(const char *expression) {
    const py::ref text = py::check(PyObject_Str(eval(expression).get()));
    return std::string(py::text(text).view());
}

std::string taken() {
    const py::ref exception = py::take_exception();
    const py::ref text = py::check(PyObject_Str(exception.get()));
    return std::string(Py_TYPE(exception.get())->tp_name) + ": " + std::string(py::text(text).view());
}

} // namespace test
