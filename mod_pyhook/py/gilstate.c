/* py/gilstate.c: what version.h needs of CPython 3.11's internals, in C because those headers are no C++. */

#include <Python.h>

#if PY_VERSION_HEX < 0x030c0000

#define Py_BUILD_CORE 1
#include <internal/pycore_runtime.h>

/* PyGILState_Ensure takes whatever state this key holds, also when the thread works in another interpreter by now. */
void pyhook_bind_gilstate(PyThreadState *state) {
    if (PyThread_tss_get(&_PyRuntime.gilstate.autoTSSkey) != state)
        PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, state);
}

/* PyOS_AfterFork_Child clears the other interpreters while it holds the lock that clearing one takes: it would never
 * return. In the new process, which has one thread, they are forgotten instead. */
void pyhook_forget_other_interpreters(void) {
    _PyRuntime.interpreters.head = _PyRuntime.interpreters.main;
    _PyRuntime.interpreters.main->next = NULL;
}

#else

typedef int not_needed; /* C wants a declaration in every file */

#endif
