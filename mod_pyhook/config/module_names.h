// config/module_names.h: does every name of the configuration mean one module? Python keeps modules by name, so that of
// two of the same name one interpreter has the first only. Asked before any Python runs.
#pragma once

#include "config/config.h"

namespace pyhook {

/// False where a name means two modules; what is wrong, and the cure, is logged. `config` is the main server's.
bool check_module_names(apr_pool_t *pconf, const ServerConfig &config);

} // namespace pyhook
