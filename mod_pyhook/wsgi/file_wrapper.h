// wsgi/file_wrapper.h: wsgi.file_wrapper: httpd itself sends the file if it is a real one.
#pragma once

#include "py/bind.h"

#include "apache/httpd.h"

#include <optional>

namespace pyhook::wsgi {

/// The types of `io` in one interpreter. Only they are sent by descriptor: objects of gzip, for example, also have a
/// descriptor, but of other bytes than they give.
class PlainFiles {
public:
    PlainFiles();

    /// The `io` object that `filelike.read` reads; null if `read` reads something else, or does more.
    py::ref read_by(py::borrowed filelike) const;

private:
    bool is_plain(py::borrowed object) const;

    py::ref file_;
    py::ref reader_;
    py::ref random_;
};

/// An iterator over blocks of a file-like object, for middleware and for objects that are no real files.
struct FileWrapper : PyObject {
    PyObject *filelike;
    Py_ssize_t block_size;

    void check_usable() const noexcept {}
    void drop() noexcept { py::clear(filelike); }
    void close();

    static PyTypeObject *make_type();
};

/// The part of a real file that is still to be read.
struct FilePart {
    apr_file_t *file; // in the request's pool, with a descriptor of its own
    apr_off_t offset;
    apr_off_t size;
};

/// The file behind a wrapper; nothing if the wrapper must be iterated over.
std::optional<FilePart> file_part(request_rec *r, const FileWrapper &wrapper, const PlainFiles &plain);

} // namespace pyhook::wsgi
