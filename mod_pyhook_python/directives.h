// directives.h: mod_python's directives.
#pragma once

#include "httpd.h"

namespace mod_python {

/// One row per phase, then the other directives, and the end mark.
const command_rec *directives();

} // namespace mod_python
