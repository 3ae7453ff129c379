// dump/dump.h: what httpd's configuration test prints and tries for the command pyhook, with -D DUMP_PYHOOK and
// -D CHECK_PYHOOK.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace pyhook {

/// Registers the hook, once per reading of the configuration.
void attach_dump();

/// Writes the object to `file` as a line.
void write_line(int file, std::string_view object) noexcept;

/// -D CHECK_PYHOOK: loads callables as a child of the server would, in a process of its own. Reads what to load from
/// the standard input, a line each: phase, interpreter, use and spec, divided by tabs; the use is that of -D
/// DUMP_PYHOOK, or "plugin" for a module. Prints a line of JSON for each: an empty `entry`, or what the server would
/// log. Runs as the server's user where root has started httpd.
void try_callables(apr_pool_t *pconf, server_rec *s);

} // namespace pyhook
