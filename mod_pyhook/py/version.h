// py/version.h: the differences between CPython 3.11 and 3.14, and between GIL and free-threaded builds, in one place.
#pragma once

#include "py/python.h"

#include <span>

namespace py::version {

/// The last slots of every module of mod_pyhook: they say which interpreters and builds may load it.
inline const PyModuleDef_Slot module_slots_end[] = {
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030d0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr},
};

#ifdef Py_GIL_DISABLED
inline constexpr bool has_gil = false;
#else
inline constexpr bool has_gil = true;
#endif

/// Interpreters with their own GIL exist since 3.12, but datetime, ctypes and decimal of 3.12 refuse to load in them.
inline constexpr bool own_gil = PY_VERSION_HEX >= 0x030d0000;

/// True if a thread that waits for a GIL asks any holder to let go, and not only threads of its own interpreter.
inline constexpr bool asks_any_holder = PY_VERSION_HEX >= 0x030d0000;

/// True if an interpreter can be finalised while others go on. Before 3.13, modules of the standard library keep one
/// object for the whole process that belongs to the interpreter that imported them. Others would use it after it was
/// taken apart.
inline constexpr bool finalises_interpreters = PY_VERSION_HEX >= 0x030d0000;

/// True if an environment's prefix is computed before `site` runs. Until 3.13, `site` sets it.
inline constexpr bool prefix_before_site = PY_VERSION_HEX >= 0x030e0000;

/// Makes a sub-interpreter from the attached main one and leaves the new one attached. If the result is null, no Python
/// exception is set, and `*why` has the text.
PyThreadState *new_interpreter(bool own, const char **why) noexcept;

/// Ends the attached interpreter, whose only thread state is `state`. If it can't be finalised, the rest of it stays.
/// Afterwards the thread is not attached.
void end_interpreter(PyThreadState *state) noexcept;

/// Takes the pending exception, normalised and with its traceback attached. The caller owns the reference.
PyObject *take_raised() noexcept;

/// Makes an exception the pending one. The indicator takes over the reference.
void put_raised(PyObject *exception) noexcept;

/// One of the interpreters that share a GIL, and whether mod_pyhook has asked its thread to let go. gilstate.c declares
/// the same.
struct Sharing {
    PyInterpreterState *interpreter;
    int asked;
};

extern "C" {
#ifndef Py_GIL_DISABLED
const int *pyhook_gil_locked(PyInterpreterState *interpreter) noexcept;
PyThreadState *pyhook_gil_holder(PyInterpreterState *interpreter, unsigned long *switches) noexcept;
#endif
#if PY_VERSION_HEX < 0x030c0000
void pyhook_bind_gilstate(PyThreadState *state) noexcept;
#endif
#if PY_VERSION_HEX < 0x030d0000
int pyhook_pass_on_requests(Sharing *sharing,
                            std::size_t count,
                            const PyThreadState *ending,
                            unsigned long *switches) noexcept;
#endif
void pyhook_each_frame(const PyThreadState *state,
                       void (*visit)(void *to, PyObject *file, PyObject *function, int line),
                       void *to) noexcept;
void pyhook_forget_other_interpreters() noexcept;
void pyhook_unbind_gilstate(PyThreadState *state) noexcept;
#ifdef Py_GIL_DISABLED
void pyhook_lock_threads() noexcept;
void pyhook_unlock_threads() noexcept;
#endif
int pyhook_internals_fit(PyThreadState *first) noexcept;
void pyhook_number_threads(PyThreadState *first) noexcept;
PyConfig *pyhook_config_of(PyInterpreterState *interpreter) noexcept;
}

/// For std::lock_guard on an attached thread: while it is held, no thread state is made or deleted. Where there is a
/// GIL, the GIL ensures that.
struct thread_list_lock {
#ifdef Py_GIL_DISABLED
    void lock() noexcept { pyhook_lock_threads(); }
    void unlock() noexcept { pyhook_unlock_threads(); }
#else
    void lock() noexcept {}
    void unlock() noexcept {}
#endif
};

/// The thread state with which this thread runs Python, or null if the thread is not attached.
inline PyThreadState *attached_state() noexcept {
#if PY_VERSION_HEX >= 0x030d0000
    return PyThreadState_GetUnchecked();
#elif PY_VERSION_HEX >= 0x030c0000
    return _PyThreadState_UncheckedGet();
#else
    PyThreadState *holder = _PyThreadState_UncheckedGet(); // the holder of the GIL, which may be another thread
    return holder == PyGILState_GetThisThreadState() ? holder : nullptr;
#endif
}

/// Makes `state` the one that PyGILState_Ensure finds on this thread. Python 3.12 and later do so themselves.
inline void bind_gilstate([[maybe_unused]] PyThreadState *state) noexcept {
#if PY_VERSION_HEX < 0x030c0000
    pyhook_bind_gilstate(state);
#endif
}

/// The word in which CPython says whether an interpreter's GIL is held: 1 if it is. Null in a build without a GIL.
inline const int *gil_locked([[maybe_unused]] PyInterpreterState *interpreter) noexcept {
#ifndef Py_GIL_DISABLED
    return pyhook_gil_locked(interpreter);
#else
    return nullptr;
#endif
}

/// The thread state that holds an interpreter's GIL, or null, and how often that GIL has changed hands. The thread need
/// not be attached.
inline PyThreadState *gil_holder([[maybe_unused]] PyInterpreterState *interpreter,
                                 [[maybe_unused]] unsigned long &switches) noexcept {
#ifndef Py_GIL_DISABLED
    return pyhook_gil_holder(interpreter, &switches);
#else
    return nullptr;
#endif
}

/// Asks the holder of a GIL to let go if a thread of another interpreter of `sharing` has waited since the last call,
/// which stored the number of switches in `switches`. Returns false if nobody holds the GIL. The thread need not be
/// attached. `ending` is a thread state that may not be read.
inline bool pass_on_requests([[maybe_unused]] std::span<Sharing> sharing,
                             [[maybe_unused]] const PyThreadState *ending,
                             [[maybe_unused]] unsigned long &switches) noexcept {
#if PY_VERSION_HEX < 0x030d0000
    return pyhook_pass_on_requests(sharing.data(), sharing.size(), ending, &switches) != 0;
#else
    return false;
#endif
}

/// Makes this thread, which is not attached, forget `state`, because another thread may delete it before this thread
/// attaches again.
inline void unbind_gilstate(PyThreadState *state) noexcept { pyhook_unbind_gilstate(state); }

/// True if the loaded libpython is of the release for which this was compiled. Micro versions may differ.
inline bool is_this_release() noexcept { return Py_Version >> 16 == PY_VERSION_HEX >> 16; }

/// True if CPython's internals that are used here are at their known places. `first` is the attached and only thread
/// state.
inline bool internals_fit(PyThreadState *first) noexcept { return pyhook_internals_fit(first) != 0; }

/// Numbers this interpreter's thread states differently from those of every other interpreter. `first` is its only one.
inline void number_threads(PyThreadState *first) noexcept { pyhook_number_threads(first); }

/// The configuration of the attached interpreter. An interpreter that is made from it starts with a copy.
inline PyConfig &config_here() noexcept { return *pyhook_config_of(PyInterpreterState_Get()); }

/// Called in a process that Python code forked, before CPython puts itself in order there.
inline void after_fork_in_child() noexcept { pyhook_forget_other_interpreters(); }

} // namespace py::version
