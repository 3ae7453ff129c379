#include "config/timeouts.h"

#include "apache/pool.h"

namespace pyhook {

namespace {

/// It lies in the configuration's pool, and is gone when the configuration is read anew.
constexpr const char *shortest_key = "pyhook:timeout";

apr_pool_t *configuration() noexcept { return ap_server_conf->process->pconf; }

Timeouts *noted() noexcept {
    void *found = nullptr;
    apr_pool_userdata_get(&found, shortest_key, configuration());
    return static_cast<Timeouts *>(found);
}

} // namespace

void note_timeouts(const Timeouts &written) noexcept {
    Timeouts *shortest = noted();
    if (shortest == nullptr)
        apr_pool_userdata_setn(shortest = apache::make<Timeouts>(configuration()), shortest_key, nullptr,
                               configuration());
    shortest->end = Timeouts::shorter(shortest->end, written.end);
    shortest->slow = Timeouts::shorter(shortest->slow, written.slow);
}

Timeouts shortest_timeouts() noexcept {
    const Timeouts *shortest = noted();
    return shortest == nullptr ? Timeouts() : *shortest;
}

} // namespace pyhook
