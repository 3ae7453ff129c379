// fopen and fdopen: libc opens and reads for its streams by itself, where nobody can stand before it.
#include "calls.h"
#include "real.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace interpose {

namespace {

constinit Real<FILE *(*)(const char *, const char *)> real_fopen{"fopen"};
constinit Real<FILE *(*)(int, const char *)> real_fdopen{"fdopen"};

/// The flags that fopen opens with; nothing that it would accept is refused.
int flags_of(const char *mode) noexcept {
    int flags = std::strchr(mode, '+') != nullptr ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    if (*mode == 'w')
        flags |= O_CREAT | O_TRUNC;
    if (*mode == 'a')
        flags |= O_CREAT | O_APPEND;
    if (std::strchr(mode, 'e') != nullptr)
        flags |= O_CLOEXEC;
    if (std::strchr(mode, 'x') != nullptr)
        flags |= O_EXCL;
    return flags;
}

int number_of(void *cookie) noexcept { return static_cast<int>(reinterpret_cast<std::intptr_t>(cookie)); }

/// A stream whose reads come by our own read().
FILE *emulated_stream(int fd, const char *mode) noexcept {
    const cookie_io_functions_t functions = {
        .read = [](void *cookie, char *buffer, size_t size) { return ::read(number_of(cookie), buffer, size); },
        .write = nullptr,
        .seek = nullptr,
        .close = [](void *cookie) { return ::close(number_of(cookie)); },
    };
    FILE *stream = fopencookie(reinterpret_cast<void *>(static_cast<std::intptr_t>(fd)), mode, functions);
    if (stream != nullptr)
        stream->_fileno = fd; // programs ask for it, to stat
    return stream;
}

} // namespace

} // namespace interpose

extern "C" {

#pragma GCC visibility push(default)

FILE *fdopen(int fd, const char *mode) {
    if (mode != nullptr && interpose::is_emulated(fd))
        return interpose::emulated_stream(fd, mode);
    return interpose::real_fdopen(fd, mode);
}

FILE *fopen(const char *path, const char *mode) {
    interpose::Decision decision;
    if (path != nullptr && mode != nullptr)
        decision = interpose::decide_open({AT_FDCWD, path}, interpose::flags_of(mode), 0666);
    if (!decision.decided)
        return interpose::real_fopen(path, mode);
    if (decision.value == -1) {
        errno = decision.error;
        return nullptr;
    }
    const int fd = static_cast<int>(decision.value);
    FILE *stream = fdopen(fd, mode);
    if (stream == nullptr)
        ::close(fd);
    return stream;
}

FILE *fopen64(const char *path, const char *mode) __attribute__((alias("fopen")));

#pragma GCC visibility pop
}
