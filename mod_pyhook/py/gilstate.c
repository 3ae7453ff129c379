/* py/gilstate.c: what version.h needs of CPython's internals, in C because those headers are no C++. */

#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_runtime.h>

#if PY_VERSION_HEX < 0x030c0000

/* PyGILState_Ensure takes whatever state this key holds, also when the thread works in another interpreter by now. */
void pyhook_bind_gilstate(PyThreadState *state) {
    if (PyThread_tss_get(&_PyRuntime.gilstate.autoTSSkey) != state)
        PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, state);
}

void pyhook_unbind_gilstate(PyThreadState *state) {
    (void)state;
    PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, NULL);
}

#else

/* The next attach on this thread would write to the state that stands here. */
void pyhook_unbind_gilstate(PyThreadState *state) {
    PyThread_tss_set(&_PyRuntime.autoTSSkey, NULL);
    state->_status.bound_gilstate = 0;
}

#endif

/* PyOS_AfterFork_Child clears the other interpreters: without a thread state, which crashes in 3.12, and in 3.11 while
 * it holds the lock that clearing one takes, so that it never returns. None of their threads is in the new process;
 * there they are forgotten instead. */
void pyhook_forget_other_interpreters(void) {
    _PyRuntime.interpreters.head = _PyRuntime.interpreters.main;
    _PyRuntime.interpreters.main->next = NULL;
}
