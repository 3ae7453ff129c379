// directives/place.h: the place that a directive stands in.
#pragma once

#include "apache/place.h"

namespace pyhook {

/// That of the innermost section that is one.
apache::Place place_of(cmd_parms *cmd);

/// "/shop/" is "/shop", "/" is "": what follows begins with a slash.
const char *without_end_slash(apr_pool_t *pool, std::string_view url);

} // namespace pyhook
