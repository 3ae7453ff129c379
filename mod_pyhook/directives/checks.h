// directives/checks.h: what is wrong with the configuration as a whole, asked before any Python runs.
#pragma once

#include "config/config.h"

namespace pyhook {

/// False where a name means two modules: Python keeps modules by name, so that of two of the same name one interpreter
/// has the first only. What is wrong, and the cure, is logged. `config` is the main server's.
bool check_module_names(apr_pool_t *pconf, const ServerConfig &config);

/// False where another module that is loaded would start Python in the same process, which can be done once. What is
/// wrong, and the cure, is logged.
bool check_other_pythons();

} // namespace pyhook
