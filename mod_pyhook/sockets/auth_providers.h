// sockets/auth_providers.h: callables as providers of mod_auth_basic, mod_auth_digest and mod_authz_core.
#pragma once

#include "config/config.h"
#include "types/state.h"

namespace pyhook {

const char *offer_authn_provider(apr_pool_t *pconf, const char *name, std::size_t position);
const char *offer_authz_provider(apr_pool_t *pconf, const char *name, std::size_t position);

/// Parses every Require line of the configuration in the attached interpreter, so that the error log of the start
/// shows a wrong one. Such a line refuses its requests.
void parse_require_lines(State &state, server_rec *s) noexcept;

} // namespace pyhook
