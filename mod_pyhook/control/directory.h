// control/directory.h: the directory of the control sockets, which only root and the server's user may enter.
#pragma once

namespace pyhook {

/// Makes the parent make the directory before there are children, and remove it when the last child has ended.
void attach_control_directory();

/// Removes the sockets of children that have ended without doing so.
void remove_left_sockets(const char *directory) noexcept;

} // namespace pyhook
