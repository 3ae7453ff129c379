// directives.h: the directive table.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// One row per phase, then one per other directive, and the end mark.
const command_rec *directives();

} // namespace pyhook
