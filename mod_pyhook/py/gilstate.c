/* The one thing that CPython 3.11 does not let a sub-interpreter's embedder say in public, and whose header is no C++.
 */
#include <Python.h>

#if PY_VERSION_HEX < 0x030c0000
#define Py_BUILD_CORE 1
#include <internal/pycore_runtime.h>

void pyhook_bind_gilstate(PyThreadState *state) { PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, state); }
#endif
