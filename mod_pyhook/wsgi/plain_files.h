// wsgi/plain_files.h: files whose read() gives the bytes on disk, so that httpd can send those itself.
#pragma once

#include "py/ref.h"

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

} // namespace pyhook::wsgi
