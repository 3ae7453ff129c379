// sockets/balancer_method.h: a callable as a method of mod_proxy_balancer's: ProxySet lbmethod=NAME.
#pragma once

#include "config/config.h"

namespace pyhook {

const char *offer_balancer_method(apr_pool_t *pconf, const char *name, std::size_t position);

} // namespace pyhook
