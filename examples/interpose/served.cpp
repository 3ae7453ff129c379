#include "served.h"

#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <sys/mman.h>
#include <unistd.h>

#include "py/poison.h"

namespace interpose {

namespace {

/// The file system of what is served: no real one has the number, so that nothing is taken for the same file.
constexpr dev_t device_number = 0xffff'fffe;

[[noreturn]] void raise_errno(int number) {
    errno = number;
    PyErr_SetFromErrno(PyExc_OSError);
    throw py::error();
}

int checked(int result) {
    if (result == -1)
        raise_errno(errno);
    return result;
}

/// A file of the kernel's that holds the content, and can't be changed.
int open_content(std::string_view content, int flags) {
    const int fd = checked(memfd_create("interpose", MFD_ALLOW_SEALING | ((flags & O_CLOEXEC) != 0 ? MFD_CLOEXEC : 0)));
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0) {
            const int why = errno;
            ::close(fd);
            raise_errno(why);
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    fchmod(fd, 0444);
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/// A descriptor that can't be read but by us: a read that passes by fails, where it would see the end of an empty file.
int open_placeholder(int flags) { return checked(::open("/dev/null", O_WRONLY | (flags & (O_CLOEXEC | O_NONBLOCK)))); }

} // namespace

Answer::Answer(py::borrowed result) {
    if (py::body_data::accepts(result))
        content_.emplace(result);
    else if (PyObject_HasAttrString(result, "read") != 0)
        device_ = py::ref::share(result);
    else
        py::raise_showing(PyExc_TypeError, "expected None, a path, bytes or an object with read(), not", result);
}

struct stat Answer::status(const std::string &path) const noexcept {
    struct stat made {};
    made.st_dev = device_number;
    made.st_ino = std::hash<std::string>()(path);
    made.st_mode = (is_device() ? S_IFCHR : S_IFREG) | 0444;
    made.st_nlink = 1;
    made.st_uid = geteuid();
    made.st_gid = getegid();
    made.st_blksize = 4096;
    made.st_size = is_device() ? 0 : static_cast<off_t>(content().size());
    made.st_blocks = (made.st_size + 511) / 512;
    return made;
}

int Served::open(const Answer &answer, const std::string &path, int flags) {
    if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0)
        raise_errno(EROFS);
    if ((flags & O_DIRECTORY) != 0)
        raise_errno(ENOTDIR);
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        raise_errno(EEXIST);
    const int fd = answer.is_device() ? open_placeholder(flags) : open_content(answer.content(), flags);
    struct stat real {};
    ::fstat(fd, &real);
    py::ref gone; // of a descriptor that the program closed behind our back
    const std::lock_guard lock(mutex_);
    File &file = files_[fd];
    gone = std::move(file.device);
    file = {.device = answer.device(), .placeholder = real.st_ino, .status = answer.status(path)};
    count_ = files_.size();
    return fd;
}

/// Null, too, where the program has put another file by dup2() or in another way that passes by us.
Served::File *Served::find(int fd) noexcept {
    const auto found = files_.find(fd);
    if (found == files_.end())
        return nullptr;
    struct stat real {};
    if (::fstat(fd, &real) != 0 || real.st_ino != found->second.placeholder)
        return nullptr;
    const bool is_readable = (::fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;
    return found->second.device && is_readable ? nullptr : &found->second;
}

py::ref Served::device(int fd) {
    const std::lock_guard lock(mutex_);
    const File *file = find(fd);
    return file == nullptr || !file->device ? py::ref() : file->device.copy();
}

bool Served::is_device(int fd) noexcept {
    if (count_.load(std::memory_order_relaxed) == 0)
        return false;
    const std::lock_guard lock(mutex_);
    const File *file = find(fd);
    return file != nullptr && file->device;
}

bool Served::knows(int fd) noexcept {
    if (count_.load(std::memory_order_relaxed) == 0)
        return false;
    const std::lock_guard lock(mutex_);
    return files_.contains(fd);
}

bool Served::status(int fd, struct stat *answer) noexcept {
    if (count_.load(std::memory_order_relaxed) == 0)
        return false;
    const std::lock_guard lock(mutex_);
    const File *file = find(fd);
    if (file != nullptr)
        *answer = file->status;
    return file != nullptr;
}

py::ref Served::forget(int fd) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(fd);
    if (found == files_.end())
        return {};
    py::ref device = std::move(found->second.device);
    files_.erase(found);
    count_ = files_.size();
    return device;
}

} // namespace interpose
