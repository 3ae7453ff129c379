// py/lock.h: a lock for what the GIL guards where there is one.
#pragma once

#include "py/python.h"

namespace py {

/// For std::lock_guard, around what runs no Python code: a GIL changes hands only there. It costs nothing then.
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
