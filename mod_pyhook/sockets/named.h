// sockets/named.h: the table of sockets that a directive fills with a name and a callable.
#pragma once

#include "config/config.h"

#include <span>

namespace pyhook {

/// A kind of httpd directive that finds a callable by name.
struct NamedRow {
    const char *directive;
    Socket socket;
    const char *reader;        // the module whose directives use the name
    const char *method;        // where an object is named instead of a function: its method
    const char *second_method; // null: the socket calls one function only
    /// Tells httpd that `name` is served by the function at `position`. What is wrong, or null.
    const char *(*offer)(apr_pool_t *pconf, const char *name, std::size_t position);
    const char *help;
};

std::span<const NamedRow> named_rows();

/// The directive of every row: NAME module:callable [module:callable]. Runs while the configuration is read, so that
/// the name exists wherever it is used.
const char *define_named(cmd_parms *cmd, void *tree, const char *name, const char *spec, const char *second);

} // namespace pyhook
