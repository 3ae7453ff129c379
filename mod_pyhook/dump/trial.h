// dump/trial.h: -D CHECK_PYHOOK: loads callables as a child of the server would, in a process of its own.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// Reads what to load from the standard input, a line each: phase, interpreter, use and spec, divided by tabs; the use
/// is that of -D DUMP_PYHOOK, or "plugin" for a module. Prints a line of JSON for each: an empty `entry`, or what the
/// server would log. Runs as the server's user where root has started httpd.
void try_callables(apr_pool_t *pconf, server_rec *s);

} // namespace pyhook
