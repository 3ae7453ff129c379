#include "config/timeouts.h"

#include "apache/pool.h"

namespace pyhook {

namespace {

/// It lies in the configuration's pool, and is gone when the configuration is read anew.
constexpr const char *shortest_key = "pyhook:timeout";

apr_pool_t *configuration() noexcept { return ap_server_conf->process->pconf; }

Timeouts::Time *noted() noexcept {
    void *found = nullptr;
    apr_pool_userdata_get(&found, shortest_key, configuration());
    return static_cast<Timeouts::Time *>(found);
}

} // namespace

void note_timeouts(const Timeouts &written) noexcept {
    const Timeouts::Time time = written.first();
    if (time == Timeouts::Time::zero())
        return;
    if (Timeouts::Time *shortest = noted())
        *shortest = std::min(*shortest, time);
    else
        apr_pool_userdata_setn(apache::make<Timeouts::Time>(configuration(), time), shortest_key, nullptr,
                               configuration());
}

Timeouts::Time shortest_timeout() noexcept {
    const Timeouts::Time *shortest = noted();
    return shortest == nullptr ? Timeouts::Time::zero() : *shortest;
}

} // namespace pyhook
