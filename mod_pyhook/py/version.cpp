#include "py/version.h"

namespace py::version {

#if PY_VERSION_HEX >= 0x030c0000

PyThreadState *new_interpreter(bool own, const char **why) noexcept {
    // fork() in a sub-interpreter's child ends in a fatal error of CPython's own, exec would replace the server.
    const PyInterpreterConfig config = {
        .use_main_obmalloc = own ? 0 : 1,
        .allow_fork = 0,
        .allow_exec = 0,
        .allow_threads = 1,
        .allow_daemon_threads = 1,
        .check_multi_interp_extensions = own ? 1 : 0,
        .gil = own ? PyInterpreterConfig_OWN_GIL : PyInterpreterConfig_SHARED_GIL,
    };
    PyThreadState *state = nullptr;
    const PyStatus status = Py_NewInterpreterFromConfig(&state, &config);
    *why = PyStatus_Exception(status) != 0 ? status.err_msg : nullptr;
    return state;
}

void end_interpreter(PyThreadState *state, PyThreadState *) noexcept { Py_EndInterpreter(state); }

#else

PyThreadState *new_interpreter(bool, const char **why) noexcept {
    PyThreadState *state = Py_NewInterpreter();
    *why = state == nullptr ? "CPython could not create it" : nullptr;
    return state;
}

/// The lock stays held.
void end_interpreter(PyThreadState *state, PyThreadState *of_main) noexcept {
    Py_EndInterpreter(state);
    PyThreadState_Swap(of_main);
    PyEval_SaveThread();
}

#endif

} // namespace py::version
