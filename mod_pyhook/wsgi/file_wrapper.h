// wsgi/file_wrapper.h: wsgi.file_wrapper: a file that httpd sends itself when it is a real one.
#pragma once

#include "py/bind.h"

#include "apache/httpd.h"

#include <optional>

namespace pyhook::wsgi {

/// io's own types of one interpreter. gzip and its like have a descriptor too, of other bytes than they give.
class PlainFiles {
public:
    PlainFiles();

    /// The file of io's that `filelike.read` reads; null if that is something else, or does more.
    py::ref read_by(py::borrowed filelike) const;

private:
    bool is_plain(py::borrowed object) const;

    py::ref file_;
    py::ref reader_;
    py::ref random_;
};

/// An iterator over blocks of a file-like object, for middleware and for objects that are no files.
struct FileWrapper : PyObject {
    PyObject *filelike;
    Py_ssize_t block_size;

    void check_usable() const noexcept {}
    void drop() noexcept { py::clear(filelike); }
    void close();

    static PyTypeObject *make_type();
};

/// What a real file has left.
struct FilePart {
    apr_file_t *file; // in the request's pool, on a descriptor of its own
    apr_off_t offset;
    apr_off_t size;
};

/// The file behind a wrapper; nothing if it must be iterated over.
std::optional<FilePart> file_part(request_rec *r, const FileWrapper &wrapper, const PlainFiles &plain);

} // namespace pyhook::wsgi
