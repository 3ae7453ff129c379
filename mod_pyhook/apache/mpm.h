// apache/mpm.h: asks the MPM about its threads, and asks it to recycle the child.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// True if several threads of a child serve requests. A prefork child has one thread, and ends inside a signal handler,
/// which waits for nothing.
bool is_threaded() noexcept;

/// Makes this child finish its requests and end, as at MaxConnectionsPerChild. httpd replaces it by a new one. Any
/// thread may call it.
void recycle_child() noexcept;

/// How many threads of this child serve a request, and how many more responses are on their way without a thread.
int busy_threads() noexcept;
int responses_without_threads() noexcept;

/// True after recycle_child.
bool is_recycled() noexcept;

} // namespace apache
