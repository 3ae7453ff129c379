/* py/gilstate.c: the functions of version.h that use CPython's internals, in C because those headers are not C++. */

#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#include <pthread.h>

#if PY_VERSION_HEX < 0x030c0000

/* PyGILState_Ensure takes the state of this key, even if the thread works in another interpreter now. */
void pyhook_bind_gilstate(PyThreadState *state) {
    if (PyThread_tss_get(&_PyRuntime.gilstate.autoTSSkey) != state)
        PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, state);
}

void pyhook_unbind_gilstate(PyThreadState *state) {
    (void)state;
    PyThread_tss_set(&_PyRuntime.gilstate.autoTSSkey, NULL);
}

#else

/* Clears the key, because the next attach on this thread would write to its state. */
void pyhook_unbind_gilstate(PyThreadState *state) {
    PyThread_tss_set(&_PyRuntime.autoTSSkey, NULL);
    state->_status.bound_gilstate = 0;
}

#endif

#ifndef Py_GIL_DISABLED

static struct _gil_runtime_state *gil_of(PyInterpreterState *interpreter) {
#if PY_VERSION_HEX < 0x030c0000
    return &interpreter->runtime->ceval.gil;
#else
    return interpreter->ceval.gil;
#endif
}

const int *pyhook_gil_locked(PyInterpreterState *interpreter) { return (const int *)&gil_of(interpreter)->locked; }

/* The thread state that holds the GIL, or null, and how often the GIL has changed hands. */
PyThreadState *pyhook_gil_holder(PyInterpreterState *interpreter, unsigned long *switches) {
    struct _gil_runtime_state *gil = gil_of(interpreter);
    *switches = __atomic_load_n(&gil->switch_number, __ATOMIC_RELAXED);
    if (__atomic_load_n((const int *)&gil->locked, __ATOMIC_RELAXED) != 1)
        return NULL;
    return __atomic_load_n((PyThreadState *const *)&gil->last_holder, __ATOMIC_RELAXED);
}

#endif

#if PY_VERSION_HEX < 0x030d0000

struct sharing {
    PyInterpreterState *interpreter;
    int asked;
};

/* A flag that mod_pyhook has set stays set until the holder gives way or the GIL changes hands. It would be taken for
 * the request of a thread that waits there, so this clears it first. A thread that does wait sets it again. */
static int somebody_waits(struct sharing *sharing, size_t count, const PyInterpreterState *holder) {
    int waits = 0;
    for (struct sharing *each = sharing; each < sharing + count; ++each) {
        if (each->interpreter == holder)
            continue;
        if (each->asked)
            _Py_atomic_store_relaxed(&each->interpreter->ceval.gil_drop_request, 0);
        each->asked = 0;
        waits = waits || _Py_atomic_load_relaxed(&each->interpreter->ceval.gil_drop_request);
    }
    return waits;
}

static void ask(struct sharing *sharing, size_t count, PyInterpreterState *holder) {
    for (struct sharing *each = sharing; each < sharing + count; ++each)
        if (each->interpreter == holder) {
            each->asked = 1;
            _Py_atomic_store_relaxed(&holder->ceval.gil_drop_request, 1);
            _Py_atomic_store_relaxed(&holder->ceval.eval_breaker, 1);
        }
}

/* A waiting thread has set the flag of its own interpreter, and takes the GIL under the mutex. While this holds the
 * mutex, the holder therefore stays the same and the waiting thread goes on waiting. A holder that is asked when nobody
 * waits would stop until a thread comes. */
int pyhook_pass_on_requests(struct sharing *sharing,
                            size_t count,
                            const PyThreadState *ending,
                            unsigned long *switches) {
    struct _gil_runtime_state *gil = gil_of(sharing->interpreter);
    pthread_mutex_lock(&gil->mutex);
    const PyThreadState *state = (const PyThreadState *)_Py_atomic_load_relaxed(&gil->last_holder);
    const int held = _Py_atomic_load_relaxed(&gil->locked) > 0;
    if (held && state != NULL && state != ending) {
        PyInterpreterState *holder = state->interp;
        if (somebody_waits(sharing, count, holder) && gil->switch_number == *switches)
            ask(sharing, count, holder);
    }
    *switches = gil->switch_number;
    pthread_mutex_unlock(&gil->mutex);
    return held;
}

#endif

#ifdef Py_GIL_DISABLED

#include <sched.h>

/* CPython's way to wait for this lock without detaching is not exported. The exported one may detach: if the lock is
 * handed over to this thread meanwhile, and another thread has stopped all threads, that thread waits for ever. */
void pyhook_lock_threads(void) {
    uint8_t free = _Py_UNLOCKED;
    while (!_Py_atomic_compare_exchange_uint8(&_PyRuntime.interpreters.mutex._bits, &free, _Py_LOCKED)) {
        free = _Py_UNLOCKED;
        sched_yield();
    }
}

void pyhook_unlock_threads(void) { PyMutex_Unlock(&_PyRuntime.interpreters.mutex); }

#endif

/* True if the values that public functions give for `first`, the attached and only thread state, are at the places that
 * these headers name. */
int pyhook_internals_fit(PyThreadState *first) {
    int fit = PyThreadState_GetInterpreter(first) == first->interp &&
              first->interp->threads.next_unique_id == PyThreadState_GetID(first);
#ifndef Py_GIL_DISABLED
    fit = fit && *pyhook_gil_locked(first->interp) == 1;
#endif
    return fit;
}

/* Makes the numbers of thread states unique in the process. CPython numbers them from one in each interpreter. A
 * context variable caches its value under this number, and asyncio of 3.11 its running loop. If an extension has one
 * variable for the whole process, as _decimal does, an interpreter would see the value of another. `first` is the only
 * thread state of its interpreter. */
void pyhook_number_threads(PyThreadState *first) {
    PyInterpreterState *interpreter = first->interp;
    const uint64_t range = (uint64_t)(PyInterpreterState_GetID(interpreter) + 1) << 32;
    first->id = interpreter->threads.next_unique_id = range + 1;
}

/* The configuration of an interpreter. A further interpreter that is made from it starts with a copy. */
PyConfig *pyhook_config_of(PyInterpreterState *interpreter) { return &interpreter->config; }

/* Forgets the other interpreters, whose threads are not in the new process. PyOS_AfterFork_Child would clear them: 3.12
 * does so without a thread state and crashes, and 3.11 holds the lock that clearing takes and never returns. */
void pyhook_forget_other_interpreters(void) {
    _PyRuntime.interpreters.head = _PyRuntime.interpreters.main;
    _PyRuntime.interpreters.main->next = NULL;
}
