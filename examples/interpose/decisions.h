// interpose/decisions.h: what passes between the library that stands before libc's functions and Python, which is in a
// library of its own: where Python can't be loaded, the program runs without it.
#pragma once

#include <cstddef>
#include <sys/stat.h>
#include <sys/types.h>

namespace interpose {

/// What a call is to give, if it is not to be made as the program asks.
struct Decision {
    bool decided = false;
    ssize_t value = 0;
    int error = 0; // errno, where the value is -1
};

/// A path as the program gave it, relative to a directory; or none, and `directory` is the file.
struct Place {
    int directory;
    const char *path;
};

/// Null where the module has no say. None of them throws.
struct Decisions {
    Decision (*open)(Place place, int flags, mode_t mode);
    Decision (*read)(int fd, void *buffer, size_t size);
    Decision (*close)(int fd);
    Decision (*stat)(Place place, int flags, struct stat *answer);

    /// Does the module decide what comes of reading real files?
    bool asks_reads;

    /// Was this thread, which never asked before, made by Python? What it opens is Python's own business.
    bool (*is_of_python)();

    /// Does Python give what is read from here?
    bool (*is_emulated)(int fd);
};

/// Starts Python; null if that fails, which is told then. Looked up by its name.
using Start = const Decisions *();

} // namespace interpose
