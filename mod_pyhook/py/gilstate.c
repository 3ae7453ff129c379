/* py/gilstate.c: version.h's bind_gilstate for CPython 3.11, in C because its internal headers are no C++. */

#include <Python.h>

#if PY_VERSION_HEX < 0x030c0000

#define Py_BUILD_CORE 1
#include <internal/pycore_runtime.h>

/* PyGILState_Ensure takes whatever state this key holds, also when the thread works in another interpreter by now. */
void pyhook_bind_gilstate(PyThreadState *state) {
    if (PyThread_tss_get(&_PyRuntime.gilstate.autoTSSkey) != state)
        PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, state);
}

#else

typedef int not_needed; /* C wants a declaration in every file */

#endif
