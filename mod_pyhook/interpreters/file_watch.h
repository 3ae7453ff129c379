// interpreters/file_watch.h: the kernel tells of edited files (inotify), which are seen so before the next look at
// them.
#pragma once

#include "py/ref.h"

namespace pyhook {

/// To be called with a path: from now on the kernel tells of edits to the file that is, or will be, there. It does not
/// on every file system, nor of a directory that another takes the place of.
py::ref notice_function();

/// Has it told of an edit since the last call?
bool take_notice() noexcept;

} // namespace pyhook
