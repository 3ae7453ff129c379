// apache/mpm.h: what the code has to know of the MPM, and to ask of it.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Do threads of one child serve requests? Prefork's child has one, and ends inside a signal handler, which waits for
/// no other.
bool is_threaded() noexcept;

/// From now on this child ends its requests and leaves, as it does at MaxConnectionsPerChild; httpd makes another one.
/// Safe from any thread.
void recycle_child() noexcept;

/// Has the child been told so?
bool is_recycled() noexcept;

} // namespace apache
