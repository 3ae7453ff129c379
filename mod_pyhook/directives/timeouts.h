// directives/timeouts.h: the words of PyHookTimeout.
#pragma once

#include "apache/httpd.h"

#include "config/timeouts.h"

namespace pyhook {

/// Reads SECONDS or Off, and slow=SECONDS, which may be null, into `timeouts`. Gives what is wrong with them, or null.
const char *timeouts_problem(apr_pool_t *pool, const char *text, const char *slow, Timeouts &timeouts);

} // namespace pyhook
