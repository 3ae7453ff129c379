// apache/leaving.h: a child that leaves by itself: it ends its requests, and httpd makes another one.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// From now on this child leaves, as it does at MaxConnectionsPerChild. Safe from any thread.
void leave_gracefully() noexcept;

/// Has the child been told so?
bool leaves_gracefully() noexcept;

} // namespace apache
