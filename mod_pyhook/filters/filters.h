// filters/filters.h: makes the filters that the configuration defines known to httpd by their names.
#pragma once

#include "config/config.h"
#include "types/filter.h"

#include <span>

namespace pyhook {

/// Makes `definition` known to httpd. Returns null, or a sentence that says what is wrong.
const char *define_filter(apr_pool_t *pool, server_rec *s, Direction direction, const FilterDefinition &definition);

/// PyHookOutputFilter and PyHookInputFilter.
std::span<const command_rec> filter_directives();

} // namespace pyhook
