// The functions that programs call, by all the names that glibc's headers give them.
#include "calls.h"

#include "asking.h"
#include "memory.h"
#include "real.h"

#include <cstdarg>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static_assert(sizeof(off_t) == 8 && sizeof(long) == 8, "open and open64, stat and stat64 are the same here");

namespace interpose {

namespace {

constinit Real<int (*)(int, const char *, int, mode_t)> real_openat{"openat"};
constinit Real<ssize_t (*)(int, void *, size_t)> real_read{"read"};
constinit Real<int (*)(int)> real_close{"close"};
constinit Real<int (*)(int, const char *, struct stat *, int)> real_fstatat{"fstatat"};
constinit Real<int (*)(int, struct stat *)> real_fstat{"fstat"};
constinit Real<int (*)(int, const char *, int, unsigned, struct statx *)> real_statx{"statx"};
constinit Real<int (*)(int, const char *, int, int)> real_faccessat{"faccessat"};
constinit Real<ssize_t (*)(int, off64_t *, int, off64_t *, size_t, unsigned)> real_copy_file_range{"copy_file_range"};

/// Of a call that makes no file the third argument is not there.
mode_t mode_of(int flags, va_list arguments) noexcept {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

statx_timestamp statx_time(const timespec &time) noexcept {
    statx_timestamp made{};
    made.tv_sec = time.tv_sec;
    made.tv_nsec = static_cast<__u32>(time.tv_nsec);
    return made;
}

struct statx as_statx(const struct stat &from) noexcept {
    struct statx made {};
    made.stx_mask = STATX_BASIC_STATS;
    made.stx_blksize = static_cast<__u32>(from.st_blksize);
    made.stx_nlink = static_cast<__u32>(from.st_nlink);
    made.stx_uid = from.st_uid;
    made.stx_gid = from.st_gid;
    made.stx_mode = static_cast<__u16>(from.st_mode);
    made.stx_ino = from.st_ino;
    made.stx_size = static_cast<__u64>(from.st_size);
    made.stx_blocks = static_cast<__u64>(from.st_blocks);
    made.stx_atime = statx_time(from.st_atim);
    made.stx_mtime = statx_time(from.st_mtim);
    made.stx_ctime = statx_time(from.st_ctim);
    made.stx_dev_major = major(from.st_dev);
    made.stx_dev_minor = minor(from.st_dev);
    made.stx_rdev_major = major(from.st_rdev);
    made.stx_rdev_minor = minor(from.st_rdev);
    return made;
}

/// May it be used so? Of a file that Python speaks of, its mode says that, and nobody is more than the others.
int access_by(const struct stat &status, int wanted) noexcept {
    const auto all = static_cast<int>(status.st_mode & (status.st_mode >> 3) & (status.st_mode >> 6) & 7);
    if ((wanted & ~all) == 0)
        return 0;
    errno = EACCES;
    return -1;
}

bool are_reads_asked() noexcept {
    const Asking turn;
    return turn.decisions() != nullptr && turn.decisions()->asks_reads;
}

} // namespace

/// The headers promise compilers that no program gives null; the kernel answers those that do.
static bool is_missing(const void *pointer) noexcept {
    asm("" : "+r"(pointer)); // NOLINT(hicpp-no-assembler)
    return pointer == nullptr;
}

Decision decide_open(Place place, int flags, mode_t mode) noexcept {
    const Asking turn;
    if (turn.decisions() == nullptr || turn.decisions()->open == nullptr || place.path == nullptr)
        return {};
    return turn.decisions()->open(place, flags, mode);
}

bool is_emulated(int fd) noexcept {
    const Asking turn;
    return turn.decisions() != nullptr && turn.decisions()->is_emulated(fd);
}

int open_at(int directory, const char *path, int flags, mode_t mode) {
    pthread_testcancel();
    const auto real = [&] { return real_openat(directory, path, flags, mode); };
    return path == nullptr ? real() : decided<int>(&Decisions::open, real, Place{directory, path}, flags, mode);
}

} // namespace interpose

using interpose::Decisions;
using interpose::Place;

extern "C" {

#pragma GCC visibility push(default)

int openat(int directory, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = interpose::mode_of(flags, arguments);
    va_end(arguments);
    return interpose::open_at(directory, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = interpose::mode_of(flags, arguments);
    va_end(arguments);
    return interpose::open_at(AT_FDCWD, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
    return interpose::open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

// What _FORTIFY_SOURCE makes of calls without a mode.
int __open_2(const char *path, int flags) { return interpose::open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int directory, const char *path, int flags) { return interpose::open_at(directory, path, flags, 0); }

ssize_t read(int fd, void *buffer, size_t size) {
    pthread_testcancel();
    return interpose::decided<ssize_t>(
        &Decisions::read, [&] { return interpose::real_read(fd, buffer, size); }, fd, buffer, size);
}

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room) {
    if (size > room)
        __builtin_trap(); // as glibc, which aborts
    return read(fd, buffer, size);
}

int close(int fd) {
    pthread_testcancel();
    return interpose::decided<int>(
        &Decisions::close, [&] { return interpose::real_close(fd); }, fd);
}

int fstatat(int directory, const char *path, struct stat *answer, int flags) {
    const auto real = [&] { return interpose::real_fstatat(directory, path, answer, flags); };
    return interpose::is_missing(path)
               ? real()
               : interpose::decided<int>(&Decisions::stat, real, Place{directory, path}, flags, answer);
}

int stat(const char *path, struct stat *answer) { return fstatat(AT_FDCWD, path, answer, 0); }

int lstat(const char *path, struct stat *answer) { return fstatat(AT_FDCWD, path, answer, AT_SYMLINK_NOFOLLOW); }

int fstat(int fd, struct stat *answer) {
    return interpose::decided<int>(
        &Decisions::stat, [&] { return interpose::real_fstat(fd, answer); }, Place{fd, nullptr}, 0, answer);
}

int statx(int directory, const char *path, int flags, unsigned mask, struct statx *answer) {
    struct stat found {};
    bool asked_kernel = false;
    const auto real = [&] {
        asked_kernel = true;
        return interpose::real_statx(directory, path, flags, mask, answer);
    };
    if (interpose::is_missing(path))
        return real();
    const int outcome = interpose::decided<int>(&Decisions::stat, real, Place{directory, path}, flags, &found);
    if (outcome != 0 || asked_kernel)
        return outcome;
    const struct statx made = interpose::as_statx(found);
    if (interpose::give(answer, &made, sizeof made))
        return 0;
    errno = EFAULT;
    return -1;
}

// Programs ask before they open, sort for example.
int faccessat(int directory, const char *path, int mode, int flags) {
    struct stat found {};
    bool asked_kernel = false;
    const auto real = [&] {
        asked_kernel = true;
        return interpose::real_faccessat(directory, path, mode, flags);
    };
    if (interpose::is_missing(path))
        return real();
    const int outcome =
        interpose::decided<int>(&Decisions::stat, real, Place{directory, path}, flags & AT_SYMLINK_NOFOLLOW, &found);
    return outcome == 0 && !asked_kernel ? interpose::access_by(found, mode) : outcome;
}

int access(const char *path, int mode) { return faccessat(AT_FDCWD, path, mode, 0); }
int euidaccess(const char *path, int mode) { return faccessat(AT_FDCWD, path, mode, AT_EACCESS); }
int eaccess(const char *path, int mode) { return faccessat(AT_FDCWD, path, mode, AT_EACCESS); }

/// cat and cp would copy inside the kernel: where reads are decided upon, they have to read.
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
    if (!interpose::are_reads_asked())
        return interpose::real_copy_file_range(from, from_at, to, to_at, size, flags);
    errno = EXDEV;
    return -1;
}

// With -D_FILE_OFFSET_BITS=64, as most of Debian is built.
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int directory, const char *path, int flags, ...) __attribute__((alias("openat")));
int creat64(const char *path, mode_t mode) __attribute__((alias("creat")));
int __open64_2(const char *path, int flags) __attribute__((alias("__open_2")));
int __openat64_2(int directory, const char *path, int flags) __attribute__((alias("__openat_2")));
int fstatat64(int directory, const char *path, struct stat64 *answer, int flags) __attribute__((alias("fstatat")));
int stat64(const char *path, struct stat64 *answer) __attribute__((alias("stat")));
int lstat64(const char *path, struct stat64 *answer) __attribute__((alias("lstat")));
int fstat64(int fd, struct stat64 *answer) __attribute__((alias("fstat")));

#pragma GCC visibility pop
}
