#include "types/waiting.h"

#include "apache/framing.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *looked_up_key = "pyhook:looked-up";

bool was_looked_up(const request_rec *sub) noexcept {
    void *noted = nullptr;
    return apr_pool_userdata_get(&noted, looked_up_key, sub->pool) != APR_SUCCESS || noted != nullptr;
}

} // namespace

void note_looked_up(const request_rec *sub) noexcept {
    apr_pool_userdata_setn(looked_up_key, looked_up_key, nullptr, sub->pool);
}

bool waits(const request_rec *main) noexcept {
    for (const request_rec *r = serving::record(); r != nullptr && r != main; r = r->main)
        if (r->main != nullptr && !was_looked_up(r))
            return true;
    return false;
}

void keep_framing(request_rec *r) noexcept {
    if (!apache::has_framing(r))
        apache::keep_framing(r, filtering::runs(r->connection, Direction::output) || waits(r));
}

} // namespace pyhook
