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
    const char *method;        // the method that is called if an object is named and not a function
    const char *second_method; // null if the socket calls one function only
    /// Tells httpd that the function at `position` serves `name`. Returns null, or a sentence that says what is wrong.
    const char *(*offer)(apr_pool_t *pconf, const char *name, std::size_t position);
    const char *help;
};

std::span<const NamedRow> named_rows();

/// The directive of every row: NAME module:callable [module:callable]. It runs while httpd reads the configuration, so
/// that the name exists wherever another directive uses it.
const char *define_named(cmd_parms *cmd, void *tree, const char *name, const char *spec, const char *second);

} // namespace pyhook
