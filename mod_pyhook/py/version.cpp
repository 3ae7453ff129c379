#include "py/version.h"

namespace py::version {

#if PY_VERSION_HEX >= 0x030c0000

namespace {

/// Makes the static types of _datetime in the main interpreter, which keeps them. Otherwise two interpreters without a
/// common lock that load _datetime at once, or end, corrupt memory (CPython issues 136421 and 136423).
bool datetime_is_made(const char **why) noexcept {
    PyObject *module = PyImport_ImportModule("_datetime");
    *why = module == nullptr ? "the main interpreter can't import _datetime" : nullptr;
    Py_XDECREF(module);
    PyErr_Clear();
    return *why == nullptr;
}

} // namespace

PyThreadState *new_interpreter(bool own, const char **why) noexcept {
    const bool alone = own || !has_gil; // other interpreters run at the same time
    if (alone && !datetime_is_made(why))
        return nullptr;
    // A sub-interpreter may neither fork nor exec: the child would end in a fatal error of CPython, and exec would
    // replace the server.
    const PyInterpreterConfig config = {
        .use_main_obmalloc = own ? 0 : 1,
        .allow_fork = 0,
        .allow_exec = 0,
        .allow_threads = 1,
        .allow_daemon_threads = 1,
        .check_multi_interp_extensions = alone ? 1 : 0,
        .gil = own ? PyInterpreterConfig_OWN_GIL : PyInterpreterConfig_SHARED_GIL,
    };
    PyThreadState *state = nullptr;
    const PyStatus status = Py_NewInterpreterFromConfig(&state, &config);
    *why = PyStatus_Exception(status) != 0 ? status.err_msg : nullptr;
    return state;
}

PyObject *take_raised() noexcept { return PyErr_GetRaisedException(); }

void put_raised(PyObject *exception) noexcept { PyErr_SetRaisedException(exception); }

#else

PyThreadState *new_interpreter(bool, const char **why) noexcept {
    PyThreadState *state = Py_NewInterpreter();
    *why = state == nullptr ? "CPython could not create it" : nullptr;
    return state;
}

PyObject *take_raised() noexcept {
    PyObject *type = nullptr;
    PyObject *value = nullptr;
    PyObject *traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (value != nullptr && traceback != nullptr)
        PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

void put_raised(PyObject *exception) noexcept {
    PyErr_Restore(Py_NewRef(Py_TYPE(exception)), exception, PyException_GetTraceback(exception));
}

#endif

void end_interpreter(PyThreadState *state) noexcept {
    if constexpr (finalises_interpreters) {
        Py_EndInterpreter(state);
    } else {
        PyThreadState_Clear(state);
        PyThreadState_DeleteCurrent();
    }
}

} // namespace py::version
