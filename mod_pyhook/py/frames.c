/* py/frames.c: the frames of a thread that does not give up its GIL, read without it. In C for CPython's internals. */

#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#if PY_VERSION_HEX >= 0x030e0000
#include <internal/pycore_interpframe.h>
#endif

static struct _PyInterpreterFrame *innermost_of(const PyThreadState *state) {
#if PY_VERSION_HEX >= 0x030d0000
    return state->current_frame;
#else
    return state->cframe->current_frame;
#endif
}

/* The code of a frame; null for an entry of the interpreter, which is no frame of Python code. From 3.14 on such a
 * frame has an owner of its own, the first of those that own no Python code. */
static PyCodeObject *code_of(struct _PyInterpreterFrame *frame) {
#if PY_VERSION_HEX >= 0x030e0000
    if (frame->owner >= FRAME_OWNED_BY_INTERPRETER)
        return NULL;
    return _PyFrame_GetCode(frame);
#elif PY_VERSION_HEX >= 0x030d0000
    if (frame->owner >= FRAME_OWNED_BY_CSTACK)
        return NULL;
    return _PyFrame_GetCode(frame);
#elif PY_VERSION_HEX >= 0x030c0000
    return frame->owner == FRAME_OWNED_BY_CSTACK ? NULL : frame->f_code;
#else
    return frame->f_code;
#endif
}

/* Visits the frames from the innermost on. The thread must be the holder of its GIL and be in code that does not return
 * to Python, so that its frames stay. */
void pyhook_each_frame(const PyThreadState *state,
                       void (*visit)(void *to, PyObject *file, PyObject *function, int line),
                       void *to) {
    int most = 100;
    for (struct _PyInterpreterFrame *frame = innermost_of(state); frame != NULL && most > 0; frame = frame->previous) {
        PyCodeObject *code = code_of(frame);
        if (code == NULL)
            continue;
        --most;
        visit(to, code->co_filename, code->co_qualname,
              PyCode_Addr2Line(code, _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT)));
    }
}
