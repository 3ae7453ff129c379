// reload/memory_watch.h: how much a child has grown by interpreters that were replaced.
#pragma once

#include <mutex>

namespace pyhook {

class MemoryWatch {
public:
    /// Interpreters are about to be replaced.
    void begin(bool own_gil) noexcept;

    /// They have ended. Is the child too large now? CPython 3.12 and later, and many an extension, don't give back all
    /// memory of an interpreter.
    bool is_too_large() noexcept;

private:
    std::mutex mutex_;
    // Interpreters that share malloc's memory fill the gaps that others have left: it takes some to know how large a
    // child is. One with a GIL of its own has an allocator of its own.
    unsigned settling_ = 3;
    long size_ = 0; // of the process, in pages
};

} // namespace pyhook
