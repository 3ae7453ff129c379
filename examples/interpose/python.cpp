// What Python decides: the functions of the module that INTERPOSE names, each asked with objects.
#include "py/attach.h"
#include "py/runtime.h"

#include "memory.h"
#include "report.h"
#include "served.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "py/poison.h"

namespace interpose {

namespace {

struct Module {
    py::Interpreter *interpreter;
    py::ref open, read, close, stat;
    Served served;
};

/// As Python itself, it goes with the process.
Module *module = nullptr;

const Decision as_it_is{};

Decision failed(int error) { return {.decided = true, .value = -1, .error = error}; }
Decision gives(ssize_t value) { return {.decided = true, .value = value, .error = 0}; }

/// The errno of a pending OSError, which is taken; 0 for another exception, which is told.
int errno_of_exception(const char *where) noexcept {
    if (py::pending(PyExc_OSError)) {
        const py::ref exception = py::take_exception();
        const py::ref number = py::ref::steal(PyObject_GetAttrString(exception.get(), "errno"));
        const long value = number && PyLong_Check(number.get()) != 0 ? PyLong_AsLong(number.get()) : 0;
        if (value > 0 && value < 4096)
            return static_cast<int>(value);
        PyErr_Clear();
        py::restore(exception.copy());
    }
    tell_exception(where);
    return 0;
}

/// Runs what asks Python. An OSError is the program's errno; whatever else goes wrong is told, and `otherwise` holds.
template <class Body> Decision asked(const char *where, const Decision &otherwise, Body body) noexcept {
    try {
        const py::attached here(*module->interpreter);
        const auto decision = py::guarded(std::optional<Decision>(), [&] { return std::optional<Decision>(body()); });
        if (decision)
            return *decision;
        const int error = errno_of_exception(where);
        return error != 0 ? failed(error) : otherwise;
    } catch (const std::bad_alloc &) {
        return otherwise;
    }
}

/// The path from the root, as far as that can be known.
std::string absolute(const Place &place) {
    if (place.path[0] == '/')
        return place.path;
    char base[PATH_MAX];
    if (place.directory == AT_FDCWD)
        return ::getcwd(base, sizeof base) == nullptr ? place.path : std::string(base) + "/" + place.path;
    const std::string link = "/proc/self/fd/" + std::to_string(place.directory);
    const ssize_t size = ::readlink(link.c_str(), base, sizeof base);
    return size < 0 ? place.path : std::string(base, static_cast<std::size_t>(size)) + "/" + place.path;
}

/// What a hook answered with, where that is the path of another file.
std::optional<std::string> other_path(py::borrowed result) {
    if (PyUnicode_Check(static_cast<PyObject *>(result)) == 0 && PyObject_HasAttrString(result, "__fspath__") == 0)
        return std::nullopt;
    return std::string(py::c_text(py::check(PyOS_FSPath(result))).view());
}

Decision give_open(py::borrowed result, const std::string &path, int flags, mode_t mode) {
    if (result == Py_None)
        return as_it_is;
    const auto other = other_path(result);
    if (!other)
        return gives(module->served.open(Answer(result), path, flags));
    const int fd = py::while_detached([&] { return ::open(other->c_str(), flags, mode); });
    return fd == -1 ? failed(errno) : gives(fd);
}

Decision ask_open(Place place, int flags, mode_t mode) noexcept {
    if (!is_path(place.path) || *place.path == '\0')
        return as_it_is;
    return asked("open() failed", as_it_is, [&] {
        const std::string path = absolute(place);
        return give_open(
            py::call(module->open, py::to_python(std::string_view(path)), py::to_python(flags), py::to_python(mode)),
            path, flags, mode);
    });
}

/// The bytes of a read() in Python.
Decision give_bytes(py::borrowed result, void *buffer, size_t size) {
    const py::body_data bytes(result);
    if (bytes.view().size() > size)
        py::raise(PyExc_ValueError, "%zu bytes were asked for, and %zu came", size, bytes.view().size());
    const bool given = give(buffer, bytes.view().data(), bytes.view().size());
    return given ? gives(static_cast<ssize_t>(bytes.view().size())) : failed(EFAULT);
}

/// A device has nothing else to give when it fails.
Decision read_device(int fd, void *buffer, size_t size) noexcept {
    return asked("read() of a device failed", failed(EIO), [&] {
        const py::ref device = module->served.device(fd);
        if (!device)
            return as_it_is;
        return give_bytes(py::call(py::attribute(device, "read"), py::to_python(size)), buffer, size);
    });
}

Decision ask_read(int fd, void *buffer, size_t size) noexcept {
    if (module->served.is_device(fd))
        return read_device(fd, buffer, size);
    if (!module->read)
        return as_it_is;
    return asked("read() failed", as_it_is, [&] {
        const py::ref result = py::call(module->read, py::to_python(fd), py::to_python(size));
        return result.get() == Py_None ? as_it_is : give_bytes(result, buffer, size);
    });
}

void close_device(py::borrowed device) noexcept {
    py::guarded(0, [&] {
        if (PyObject_HasAttrString(device, "close") != 0)
            py::call(py::attribute(device, "close"));
        return 0;
    });
    if (PyErr_Occurred() != nullptr)
        tell_exception("close() of a device failed");
}

/// Whatever Python says, the descriptor is closed, as the kernel's own close() does.
Decision ask_close(int fd) noexcept {
    if (!module->close && !module->served.knows(fd))
        return as_it_is;
    const Decision decision = asked("close() failed", as_it_is, [&] {
        if (const py::ref device = module->served.forget(fd))
            close_device(device);
        if (module->close)
            py::call(module->close, py::to_python(fd));
        return as_it_is;
    });
    if (decision.decided)
        ::close(fd);
    return decision;
}

long number_in(py::borrowed status, const char *name) {
    const py::ref value = py::ref::steal(PyObject_GetAttrString(status, name));
    if (value)
        return py::from_python<long>(value);
    PyErr_Clear();
    return 0;
}

timespec time_in(py::borrowed status, const char *name) {
    const py::ref value = py::ref::steal(PyObject_GetAttrString(status, name));
    if (!value)
        PyErr_Clear();
    return {.tv_sec = value ? static_cast<time_t>(py::from_python<double>(value)) : 0, .tv_nsec = 0};
}

/// What os.stat() gives, or anything with some of its attributes; those that are missing are 0.
struct stat status_of(py::borrowed from) {
    struct stat made {};
    made.st_dev = static_cast<dev_t>(number_in(from, "st_dev"));
    made.st_ino = static_cast<ino_t>(number_in(from, "st_ino"));
    made.st_mode = static_cast<mode_t>(number_in(from, "st_mode"));
    made.st_nlink = static_cast<nlink_t>(number_in(from, "st_nlink"));
    made.st_uid = static_cast<uid_t>(number_in(from, "st_uid"));
    made.st_gid = static_cast<gid_t>(number_in(from, "st_gid"));
    made.st_rdev = static_cast<dev_t>(number_in(from, "st_rdev"));
    made.st_size = number_in(from, "st_size");
    made.st_blksize = 4096;
    made.st_blocks = (made.st_size + 511) / 512;
    made.st_atim = time_in(from, "st_atime");
    made.st_mtim = time_in(from, "st_mtime");
    made.st_ctim = time_in(from, "st_ctime");
    return made;
}

Decision gives_status(const struct stat &status, struct stat *answer) {
    return give(answer, &status, sizeof status) ? gives(0) : failed(EFAULT);
}

Decision give_stat(py::borrowed result, const std::string &path, int flags, struct stat *answer) {
    if (result == Py_None)
        return as_it_is;
    if (PyObject_HasAttrString(result, "st_mode") != 0)
        return gives_status(status_of(result), answer);
    const auto other = other_path(result);
    if (!other)
        return gives_status(Answer(result).status(path), answer);
    const int outcome = py::while_detached([&] { return ::fstatat(AT_FDCWD, other->c_str(), answer, flags); });
    return outcome == -1 ? failed(errno) : gives(0);
}

Decision ask_stat(Place place, int flags, struct stat *answer) noexcept {
    if (place.path != nullptr && (!is_path(place.path) || (*place.path == '\0' && (flags & AT_EMPTY_PATH) == 0)))
        return as_it_is;
    if (place.path != nullptr && *place.path == '\0')
        place.path = nullptr;
    struct stat served {};
    if (place.path == nullptr && module->served.status(place.directory, &served))
        return gives_status(served, answer);
    if (!module->stat)
        return as_it_is;
    return asked("stat() failed", as_it_is, [&] {
        const std::string path = place.path == nullptr ? "" : absolute(place);
        const py::ref which =
            place.path == nullptr ? py::to_python(place.directory) : py::to_python(std::string_view(path));
        return give_stat(py::call(module->stat, which), path, flags & AT_SYMLINK_NOFOLLOW, answer);
    });
}

py::ref hook(py::borrowed from, const char *name) {
    if (PyObject_HasAttrString(from, name) == 0)
        return {};
    py::ref found = py::attribute(from, name);
    if (PyCallable_Check(found.get()) == 0)
        py::raise(PyExc_TypeError, "%s is a %.100s, which can't be called", name, Py_TYPE(found.get())->tp_name);
    return found;
}

const char *word(const char *name, const char *otherwise) {
    const char *found = std::getenv(name);
    return found == nullptr || *found == '\0' ? otherwise : found;
}

void load(py::Interpreter &interpreter) {
    py::or_start_error("the module that INTERPOSE names can't be used", [&] {
        const py::ref found = py::import(word("INTERPOSE", ""));
        module->interpreter = &interpreter;
        module->open = hook(found, "open");
        module->read = hook(found, "read");
        module->close = hook(found, "close");
        module->stat = hook(found, "stat");
    });
}

/// Python's threads have a state of Python's before they run any of its code.
bool is_of_python() noexcept { return PyGILState_GetThisThreadState() != nullptr; }

const Decisions *start() {
    module = new Module();
    auto &python = *new py::Runtime(
        {.executable = word("INTERPOSE_PYTHON", EXAMPLE_PYTHON), .path = {word("INTERPOSE_PATH", ".")}}, &load);
    py::go_on_after_forks(python.main());
    const bool may_serve = static_cast<bool>(module->open);
    return new Decisions{
        .open = may_serve ? &ask_open : nullptr,
        .read = module->read || may_serve ? &ask_read : nullptr,
        .close = module->close || may_serve ? &ask_close : nullptr,
        .stat = module->stat || may_serve ? &ask_stat : nullptr,
        .asks_reads = static_cast<bool>(module->read),
        .is_of_python = &is_of_python,
        .is_emulated = [](int fd) { return module->served.is_device(fd); },
    };
}

} // namespace

} // namespace interpose

extern "C" __attribute__((visibility("default"))) const interpose::Decisions *interpose_start() {
    interpose::keep_standard_error();
    try {
        return interpose::start();
    } catch (const std::exception &failure) {
        interpose::tell(std::string("interpose: ") + failure.what() + "; the program runs without it\n");
        return nullptr;
    }
}
