// py/lock.h: a lock for data that the GIL guards, if there is one.
#pragma once

#include "py/python.h"

namespace py {

/// For std::lock_guard around code that runs no Python code. A GIL changes hands only in Python code, so this lock
/// costs nothing where there is a GIL.
class gil_lock {
public:
#ifdef Py_GIL_DISABLED
    void lock() noexcept { PyMutex_Lock(&mutex_); } // waits detached, unlike a std::mutex
    void unlock() noexcept { PyMutex_Unlock(&mutex_); }

private:
    PyMutex mutex_{};
#else
    void lock() noexcept {}
    void unlock() noexcept {}
#endif
};

} // namespace py
