// interpose/served.h: files that Python gives the program, by their descriptors.
#pragma once

#include "py/bind.h"

#include "decisions.h"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace interpose {

/// A result of a module's open() or stat() that is no path: bytes are a file, an object with read() is a device.
class Answer {
public:
    /// Throws TypeError for what is neither.
    explicit Answer(py::borrowed result);

    bool is_device() const noexcept { return static_cast<bool>(device_); }
    py::ref device() const noexcept { return device_ ? device_.copy() : py::ref(); }
    std::string_view content() const noexcept { return content_->view(); }

    /// What stat() gives of it.
    struct stat status(const std::string &path) const noexcept;

private:
    py::ref device_;
    std::optional<py::body_data> content_;
};

/// The descriptors that the program has of such files. Attached or not.
class Served {
public:
    /// Opens it, read-only. Throws OSError.
    int open(const Answer &answer, const std::string &path, int flags);

    /// The object that emulates what the program reads here; null if none does.
    py::ref device(int fd);

    bool is_device(int fd) noexcept;

    bool knows(int fd) noexcept;

    /// What fstat() gives; false if it is none of these.
    bool status(int fd, struct stat *answer) noexcept;

    /// The program closes it; the device that goes, if it was one. Attached.
    py::ref forget(int fd);

private:
    struct File {
        py::ref device;
        ino_t placeholder; // whose number the kernel knows it by; another there is another file
        struct stat status;
    };

    File *find(int fd) noexcept;

    std::mutex mutex_; // nobody waits for Python under it
    std::map<int, File> files_;
    std::atomic<std::size_t> count_{0};
};

} // namespace interpose
