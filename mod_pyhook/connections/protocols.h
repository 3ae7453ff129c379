// connections/protocols.h: protocols of one's own that a client asks for, by Upgrade or in the TLS handshake (ALPN).
#pragma once

#include <apr_pools.h>

#include <cstddef>

namespace pyhook {

/// The name stands in `Protocols` then.
const char *offer_protocol(apr_pool_t *pconf, const char *name, std::size_t position);

void forget_attached_protocols();

} // namespace pyhook
