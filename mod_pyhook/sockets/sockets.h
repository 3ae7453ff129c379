// sockets/sockets.h: the sockets, which httpd's own directives use by a name, and the functions that tell httpd of
// them.
#pragma once

#include "config/config.h"
#include "types/state.h"

namespace pyhook {

/// How many names one socket can have.
inline constexpr std::size_t most_names = 64;

// The table of names (sockets/named.h) has these functions. Each tells httpd that the function at `position` serves
// `name`, and returns null or a sentence that says what is wrong.

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

/// Protocols NAME. The first name also registers the hooks for protocols.
const char *offer_protocol(apr_pool_t *pconf, const char *name, std::size_t position);

// Every server has these sockets, with no directive.

/// Offers the SSI element "pyhook" to mod_include, which takes elements only after httpd has read the configuration.
void attach_include_element();

/// The functions and the operator "pyhook" in httpd's expressions: answers httpd's parser when it meets the name.
void attach_expressions();

/// %{module:callable argument}^py in mod_log_config formats: offers the field, and checks the formats of the
/// configuration.
void attach_log_format();

/// The functions that other httpd modules call (mod_pyhook.h).
void offer_optional_functions();

/// Parses every Require line of the configuration in the attached interpreter, so that the error log shows a wrong line
/// when the server starts. A wrong line refuses its requests.
void parse_require_lines(State &state, server_rec *s) noexcept;

} // namespace pyhook
