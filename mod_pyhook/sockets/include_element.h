// sockets/include_element.h: a callable as an element of mod_include's: <!--#pyhook call="NAME" arg="…" -->.
#pragma once

#include "config/config.h"

namespace pyhook {

const char *offer_include_element(apr_pool_t *pconf, const char *name, std::size_t position);

/// The element itself, once per reading of the configuration: mod_include takes elements only afterwards.
void attach_include_element();

} // namespace pyhook
