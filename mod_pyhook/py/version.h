// py/version.h: the differences between CPython 3.11 and 3.14, and between GIL and free-threaded builds, in one place.
#pragma once

#include "py/python.h"

#include <span>

namespace py::version {

/// Slots every module of ours ends with: which interpreters and builds may load it.
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

/// Own-GIL interpreters exist since 3.12, but 3.12's own datetime, ctypes and decimal refuse to load in them.
inline constexpr bool own_gil = PY_VERSION_HEX >= 0x030d0000;

/// Does a thread that waits for a GIL ask whoever holds it to let go, or only the threads of its own interpreter?
inline constexpr bool asks_any_holder = PY_VERSION_HEX >= 0x030d0000;

/// Can an interpreter be finalised while others go on? Before 3.13, modules of the standard library keep objects of the
/// one that imported them once per process, and others would meet them when they have been taken apart.
inline constexpr bool finalises_interpreters = PY_VERSION_HEX >= 0x030d0000;

/// Is an environment's prefix computed before `site` runs? Until 3.13 it is `site` that sets it.
inline constexpr bool prefix_before_site = PY_VERSION_HEX >= 0x030e0000;

/// Makes a sub-interpreter from the attached main one and leaves the new one attached.
/// The null result carries no Python exception: its text is in `*why`.
PyThreadState *new_interpreter(bool own, const char **why) noexcept;

/// Ends the attached interpreter, whose only thread state is `state`; where it can't be finalised, what is left of it
/// stays. Afterwards nothing is attached.
void end_interpreter(PyThreadState *state) noexcept;

/// Takes the pending exception, normalised and with its traceback attached; the reference becomes the caller's.
PyObject *take_raised() noexcept;

/// Makes an exception the pending one; the reference becomes the indicator's.
void put_raised(PyObject *exception) noexcept;

/// One of the interpreters that share a GIL; has its thread been asked to let go by us? As gilstate.c declares it.
struct Sharing {
    PyInterpreterState *interpreter;
    int asked;
};

extern "C" {
#ifndef Py_GIL_DISABLED
const int *pyhook_gil_locked(PyInterpreterState *interpreter) noexcept;
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

/// For std::lock_guard, attached: no thread state comes or goes. Where there is a GIL, it sees to that.
struct thread_list_lock {
#ifdef Py_GIL_DISABLED
    void lock() noexcept { pyhook_lock_threads(); }
    void unlock() noexcept { pyhook_unlock_threads(); }
#else
    void lock() noexcept {}
    void unlock() noexcept {}
#endif
};

/// The thread state that this thread runs Python with, null if it is not attached.
inline PyThreadState *attached_state() noexcept {
#if PY_VERSION_HEX >= 0x030d0000
    return PyThreadState_GetUnchecked();
#elif PY_VERSION_HEX >= 0x030c0000
    return _PyThreadState_UncheckedGet();
#else
    PyThreadState *holder = _PyThreadState_UncheckedGet(); // of the GIL, be it this thread's or not
    return holder == PyGILState_GetThisThreadState() ? holder : nullptr;
#endif
}

/// Makes `state` the one that PyGILState_Ensure finds on this thread; 3.12 and later do so by themselves.
inline void bind_gilstate([[maybe_unused]] PyThreadState *state) noexcept {
#if PY_VERSION_HEX < 0x030c0000
    pyhook_bind_gilstate(state);
#endif
}

/// Where CPython says whether an interpreter's GIL is held: 1 if it is. Null where there is none.
inline const int *gil_locked([[maybe_unused]] PyInterpreterState *interpreter) noexcept {
#ifndef Py_GIL_DISABLED
    return pyhook_gil_locked(interpreter);
#else
    return nullptr;
#endif
}

/// Asks the holder of a GIL to let go if a thread of another interpreter of `sharing` has waited since the last call,
/// which left the number of switches of then in `switches`. False if nobody holds it. Needs no attachment; `ending` is
/// a thread state that must not be looked at.
inline bool pass_on_requests([[maybe_unused]] std::span<Sharing> sharing,
                             [[maybe_unused]] const PyThreadState *ending,
                             [[maybe_unused]] unsigned long &switches) noexcept {
#if PY_VERSION_HEX < 0x030d0000
    return pyhook_pass_on_requests(sharing.data(), sharing.size(), ending, &switches) != 0;
#else
    return false;
#endif
}

/// This thread, which is not attached, forgets `state`: another thread may delete it before the next attach here.
inline void unbind_gilstate(PyThreadState *state) noexcept { pyhook_unbind_gilstate(state); }

/// Is the libpython that is loaded of the release that this was compiled for? Micro versions may differ.
inline bool is_this_release() noexcept { return Py_Version >> 16 == PY_VERSION_HEX >> 16; }

/// Do its internals, as far as they are used here, stand where they did? `first` is the attached and only thread state.
inline bool internals_fit(PyThreadState *first) noexcept { return pyhook_internals_fit(first) != 0; }

/// No thread state of another interpreter has the number of one of this interpreter's, whose only one `first` is.
inline void number_threads(PyThreadState *first) noexcept { pyhook_number_threads(first); }

/// The attached interpreter's own; one that is made from it starts with a copy.
inline PyConfig &config_here() noexcept { return *pyhook_config_of(PyInterpreterState_Get()); }

/// In a process that Python code forked, before CPython puts itself in order there.
inline void after_fork_in_child() noexcept { pyhook_forget_other_interpreters(); }

} // namespace py::version
