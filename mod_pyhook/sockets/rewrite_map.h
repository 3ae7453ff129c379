// sockets/rewrite_map.h: a callable as a map of mod_rewrite's: RewriteMap x int:NAME.
#pragma once

#include "config/config.h"

namespace pyhook {

const char *offer_rewrite_map(apr_pool_t *pconf, const char *name, std::size_t position);

} // namespace pyhook
