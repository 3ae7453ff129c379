#include "wsgi/file_wrapper.h"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

constexpr Py_ssize_t default_block = 8192;

/// All is set in __new__, because Python code may call __init__ again while another thread reads the file.
PyObject *create(PyTypeObject *type, PyObject *arguments, PyObject *keywords) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        static const char *names[] = {"filelike", "block_size", nullptr};
        PyObject *filelike = nullptr;
        Py_ssize_t size = default_block;
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "O|n:FileWrapper", const_cast<char **>(names), &filelike,
                                        &size) == 0)
            throw py::error();
        if (size < 1)
            py::raise(PyExc_ValueError, "a block has at least one byte");
        auto *wrapper = py::make<FileWrapper>(type);
        py::store(wrapper->filelike, py::ref::share(filelike));
        wrapper->block_size = size;
        return wrapper;
    });
}

PyObject *next_block(PyObject *self) noexcept {
    return py::guarded<PyObject *>(nullptr, [&]() -> PyObject * {
        auto &wrapper = *static_cast<FileWrapper *>(self);
        py::ref block = py::check(PyObject_CallMethod(wrapper.filelike, "read", "n", wrapper.block_size));
        return PyObject_IsTrue(block.get()) == 1 ? block.release() : nullptr;
    });
}

/// The number that a method of the file returns, or -1 if it raises. Then the file is iterated over.
long long ask(py::borrowed file, const char *method) {
    const py::ref answer = py::ref::steal(PyObject_CallMethod(file, method, nullptr));
    const long long number = answer ? PyLong_AsLongLong(answer.get()) : -1;
    if (PyErr_Occurred() != nullptr)
        PyErr_Clear();
    return number;
}

/// Writes the buffer of the file to disk, so that the descriptor has all the bytes.
bool flush(py::borrowed file) {
    const py::ref flushed = py::ref::steal(PyObject_CallMethod(file, "flush", nullptr));
    if (!flushed)
        PyErr_Clear();
    return static_cast<bool>(flushed);
}

} // namespace

void FileWrapper::close() {
    if (PyObject_HasAttrString(filelike, "close") != 0)
        py::check(PyObject_CallMethod(filelike, "close", nullptr));
}

std::optional<FilePart> file_part(request_rec *r, const FileWrapper &wrapper, const PlainFiles &plain) {
    const py::ref file = plain.read_by(wrapper.filelike);
    if (!file || !flush(file))
        return std::nullopt;
    const auto descriptor = static_cast<int>(ask(file, "fileno"));
    const long long offset = descriptor < 0 ? -1 : ask(file, "tell");
    struct stat info {};
    if (offset < 0 || fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode))
        return std::nullopt;
    apr_os_file_t own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return std::nullopt;
    FilePart part{.file = nullptr, .offset = offset, .size = std::max<apr_off_t>(info.st_size - offset, 0)};
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    const apr_int32_t flags = APR_FOPEN_READ | AP_SENDFILE_ENABLED(core->enable_sendfile);
    if (apr_os_file_put(&part.file, &own, flags, r->pool) != APR_SUCCESS) {
        ::close(own);
        return std::nullopt;
    }
    apr_pool_cleanup_register(
        r->pool, part.file, [](void *file) { return apr_file_close(static_cast<apr_file_t *>(file)); },
        apr_pool_cleanup_null);
    return part;
}

PyTypeObject *FileWrapper::make_type() {
    static PyMethodDef methods[] = {
        py::method<&FileWrapper::close, "close()", "Close the file.">(),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_new, &create),
        py::slot(Py_tp_dealloc, &py::deallocate<FileWrapper>),
        py::slot(Py_tp_iter, &PyObject_SelfIter),
        py::slot(Py_tp_iternext, &next_block),
        py::slot(Py_tp_methods, static_cast<PyMethodDef *>(methods)),
        {Py_tp_doc, const_cast<char *>("FileWrapper(filelike, block_size=8192): a file as the body of a response.")},
        {},
    };
    PyType_Spec spec = {"pyhook.wsgi.FileWrapper", sizeof(FileWrapper), 0, Py_TPFLAGS_DEFAULT, slots};
    return py::make_type(spec);
}

namespace {

py::ref attribute_or_none(py::borrowed object, const char *name) {
    py::ref found = py::ref::steal(PyObject_GetAttrString(object, name));
    if (!found)
        PyErr_Clear();
    return found;
}

/// The object to which a method of C code belongs, if the method is called `read`. A delegate gives its file's own
/// method.
py::ref owner_of(const py::ref &method) {
    if (!method || !PyCFunction_Check(method.get()))
        return {};
    const auto *function = reinterpret_cast<PyCFunctionObject *>(method.get());
    PyObject *owner = PyCFunction_GET_SELF(method.get());
    return owner != nullptr && strcmp(function->m_ml->ml_name, "read") == 0 ? py::ref::share(owner) : py::ref();
}

/// tempfile wraps each method of its `file`, and has no read() of its own.
bool passes_on(py::borrowed filelike) {
    PyTypeObject *type = Py_TYPE(filelike);
    return strcmp(type->tp_name, "_TemporaryFileWrapper") == 0 &&
           PyObject_HasAttrString(reinterpret_cast<PyObject *>(type), "read") == 0;
}

} // namespace

PlainFiles::PlainFiles() {
    const py::ref io = py::import("_io");
    file_ = py::attribute(io, "FileIO");
    reader_ = py::attribute(io, "BufferedReader");
    random_ = py::attribute(io, "BufferedRandom");
}

/// A subclass may read in another way, and so may the object below a buffer.
bool PlainFiles::is_plain(py::borrowed object) const {
    PyObject *const type = reinterpret_cast<PyObject *>(Py_TYPE(object));
    if (type == file_.get())
        return true;
    if (type != reader_.get() && type != random_.get())
        return false;
    const py::ref raw = attribute_or_none(object, "raw");
    return raw && reinterpret_cast<PyObject *>(Py_TYPE(raw.get())) == file_.get();
}

py::ref PlainFiles::read_by(py::borrowed filelike) const {
    const py::ref inner = passes_on(filelike) ? attribute_or_none(filelike, "file") : py::ref::share(filelike);
    py::ref file = inner ? owner_of(attribute_or_none(inner, "read")) : py::ref();
    return file && is_plain(file) ? std::move(file) : py::ref();
}

} // namespace pyhook::wsgi
