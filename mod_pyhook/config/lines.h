// config/lines.h: which lines of httpd's configuration name a callable.
#pragma once

#include "apache/httpd.h"

#include <string_view>
#include <vector>

namespace pyhook {

/// True for a directive of mod_pyhook with `spec` among its words, and for another one, such as LogFormat or <If>, with
/// `spec` in its argument. `temporary` holds words for as long as it lives.
bool names(apr_pool_t *temporary, const ap_directive_t &line, std::string_view spec);

/// The lines that name `spec`, in the order of the configuration. None for what only an .htaccess file names.
std::vector<const ap_directive_t *> lines_naming(apr_pool_t *temporary, std::string_view spec);

} // namespace pyhook
