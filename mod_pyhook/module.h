// module.h: what the module record is made of.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// One row per phase, then the other directives, those that name a socket, and the end mark.
const command_rec *directives();

/// What can be checked only when the whole configuration has been read.
void attach_directives();

/// Registers the hooks that every server with mod_pyhook has. Called once per reading of the configuration.
void attach_lifecycle();

/// Offers the functions of mod_pyhook.h that need the directive table: other httpd modules carry out directives of
/// mod_pyhook for directives of their own.
void offer_directives();

} // namespace pyhook
