/* py/gilstate.c: what version.h needs of CPython's internals, in C because those headers are no C++. */

#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#include <pthread.h>

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

#ifndef Py_GIL_DISABLED

static struct _gil_runtime_state *gil_of(PyInterpreterState *interpreter) {
#if PY_VERSION_HEX < 0x030c0000
    return &interpreter->runtime->ceval.gil;
#else
    return interpreter->ceval.gil;
#endif
}

const int *pyhook_gil_locked(PyInterpreterState *interpreter) { return (const int *)&gil_of(interpreter)->locked; }

#endif

#if PY_VERSION_HEX < 0x030d0000

struct sharing {
    PyInterpreterState *interpreter;
    int asked;
};

/* The wish of a thread of ours is left in a flag until the thread is asked or another takes the GIL: it would be taken
 * for one of a thread that waits there. Whoever does wait there says so again. */
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

/* Who waits has set the flag of its own interpreter, and takes the GIL under the mutex: until that is unlocked the
 * holder stays, and who waits goes on waiting. A holder that is asked when nobody waits would stop until somebody
 * comes. */
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

/* CPython's own way to wait for this lock is not exported, and the one that is may detach: with the lock handed over
 * meanwhile, and all threads stopped, whoever has stopped them would wait for it for ever. */
void pyhook_lock_threads(void) {
    uint8_t free = _Py_UNLOCKED;
    while (!_Py_atomic_compare_exchange_uint8(&_PyRuntime.interpreters.mutex._bits, &free, _Py_LOCKED)) {
        free = _Py_UNLOCKED;
        sched_yield();
    }
}

void pyhook_unlock_threads(void) { PyMutex_Unlock(&_PyRuntime.interpreters.mutex); }

#endif

/* Does what public functions say of `first`, the attached and only thread state, stand where these headers say? */
int pyhook_internals_fit(PyThreadState *first) {
    int fit = PyThreadState_GetInterpreter(first) == first->interp &&
              first->interp->threads.next_unique_id == PyThreadState_GetID(first);
#ifndef Py_GIL_DISABLED
    fit = fit && *pyhook_gil_locked(first->interp) == 1;
#endif
    return fit;
}

/* CPython counts them in each interpreter from one, but a context variable remembers its value by this number, and so
 * does 3.11's asyncio its running loop: where an extension keeps such a thing once per process, as _decimal does, one
 * interpreter's would be another's. `first` is its only thread state. */
void pyhook_number_threads(PyThreadState *first) {
    PyInterpreterState *interpreter = first->interp;
    const uint64_t range = (uint64_t)(PyInterpreterState_GetID(interpreter) + 1) << 32;
    first->id = interpreter->threads.next_unique_id = range + 1;
}

/* A further interpreter starts with a copy of the configuration that this one has. */
PyConfig *pyhook_config_of(PyInterpreterState *interpreter) { return &interpreter->config; }

/* PyOS_AfterFork_Child clears the other interpreters: without a thread state, which crashes in 3.12, and in 3.11 while
 * it holds the lock that clearing one takes, so that it never returns. None of their threads is in the new process;
 * there they are forgotten instead. */
void pyhook_forget_other_interpreters(void) {
    _PyRuntime.interpreters.head = _PyRuntime.interpreters.main;
    _PyRuntime.interpreters.main->next = NULL;
}
