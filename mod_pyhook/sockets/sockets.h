// sockets/sockets.h: what httpd's own directives call by a name, each with what tells httpd of it.
#pragma once

#include "config/config.h"
#include "types/state.h"

namespace pyhook {

/// As many names as one socket can have.
inline constexpr std::size_t most_names = 64;

// Rows of the table of names (sockets/named.h): httpd is told that `name` is served by the function at `position`. What
// is wrong, or null.

/// AuthBasicProvider and AuthDigestProvider NAME.
const char *offer_authn_provider(apr_pool_t *pconf, const char *name, std::size_t position);

/// Require NAME.
const char *offer_authz_provider(apr_pool_t *pconf, const char *name, std::size_t position);

/// RewriteMap x int:NAME.
const char *offer_rewrite_map(apr_pool_t *pconf, const char *name, std::size_t position);

/// <!--#pyhook call="NAME" arg="…" -->.
const char *offer_include_element(apr_pool_t *pconf, const char *name, std::size_t position);

/// ProxySet lbmethod=NAME.
const char *offer_balancer_method(apr_pool_t *pconf, const char *name, std::size_t position);

/// Protocols NAME: the hooks of protocols are registered with the first one.
const char *offer_protocol(apr_pool_t *pconf, const char *name, std::size_t position);

// What every server has.

/// The element itself: mod_include takes elements only when the configuration has been read.
void attach_include_element();

/// The functions and the operator "pyhook" in httpd's expressions: answers httpd's parser when it meets the name.
void attach_expressions();

/// %{module:callable argument}^py in formats of mod_log_config: offers the field, and checks the formats of the
/// configuration.
void attach_log_format();

/// What other modules of httpd call (mod_pyhook.h).
void offer_optional_functions();

/// Parses every Require line of the configuration in the attached interpreter, so that the error log of the start
/// shows a wrong one. Such a line refuses its requests.
void parse_require_lines(State &state, server_rec *s) noexcept;

} // namespace pyhook
