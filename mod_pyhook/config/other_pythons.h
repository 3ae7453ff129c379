// config/other_pythons.h: modules of the server that would start Python in the same process. CPython can be started
// once.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// False where another module that is loaded would; what is wrong, and the cure, is logged.
bool check_other_pythons();

} // namespace pyhook
