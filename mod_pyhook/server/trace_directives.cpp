#include "server/trace_directives.h"

#include "apache/registering.h"
#include "apache/table.h"
#include "apache/trace.h"

#include "directives/directive.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *trace_wanted = "pyhook:trace";
constexpr const char *already_on = "it is On already: write the directive once";

/// Of apr_ipsubnet_t *, in the configuration's pool.
constinit apr_array_header_t *trusted_networks = nullptr;

/// The client is the one that has sent the bytes, whatever mod_remoteip says of it.
bool is_trusted(const conn_rec *c) {
    const auto networks = apache::elements<apr_ipsubnet_t *>(trusted_networks);
    return std::any_of(networks.begin(), networks.end(),
                       [c](apr_ipsubnet_t *network) { return apr_ipsubnet_test(network, c->client_addr) != 0; });
}

int begin(request_rec *r) {
    apache::begin_trace(r, is_trusted(r->connection));
    return DECLINED;
}

/// "10.0.0.0/8", or an address. Null if it is neither.
apr_ipsubnet_t *network_from(apr_pool_t *pool, const char *text) {
    char *address = apr_pstrdup(pool, text);
    char *mask = strchr(address, '/');
    if (mask != nullptr)
        *mask++ = '\0';
    apr_ipsubnet_t *network = nullptr;
    return apr_ipsubnet_create(&network, address, mask, pool) == APR_SUCCESS ? network : nullptr;
}

const char *set_trace(cmd_parms *cmd, void *, int count, char *const words[]) {
    if (const char *problem = only_globally(cmd))
        return problem;
    const bool is_on = count > 0 && ap_cstr_casecmp(words[0], "On") == 0;
    if (!is_on && (count != 1 || ap_cstr_casecmp(words[0], "Off") != 0))
        return sentence(cmd, "write Off, or On and the networks whose traceparent is taken over");
    if (!is_on)
        return apache::was_done(trace_wanted) ? sentence(cmd, already_on) : nullptr;
    if (!apache::first_time(trace_wanted))
        return sentence(cmd, already_on);
    trusted_networks = apr_array_make(configuration_pool(cmd), count, sizeof(apr_ipsubnet_t *));
    for (int at = 1; at < count; ++at) {
        apr_ipsubnet_t *network = network_from(configuration_pool(cmd), words[at]);
        if (network == nullptr)
            return sentence(cmd, "'", words[at], "' is no network: write an address, 10.0.0.0/8 or ::1 for example");
        APR_ARRAY_PUSH(trusted_networks, apr_ipsubnet_t *) = network;
    }
    ap_hook_post_read_request(&begin, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    return nullptr;
}

constexpr command_rec rows[] = {
    words("PyHookTrace",
          set_trace,
          RSRC_CONF,
          "Whether each request gets a W3C trace context; then the networks whose own one is taken over."),
};

} // namespace

std::span<const command_rec> trace_directives() { return rows; }

} // namespace pyhook
