#include "types/answers.h"

#include "apache/pool.h"

namespace pyhook {

namespace {

/// A hash of Answer *, in the configuration's pool.
apr_hash_t *offered(bool make) noexcept {
    constexpr const char *key = "pyhook:answers";
    apr_pool_t *pconf = ap_server_conf->process->pconf;
    void *found = nullptr;
    apr_pool_userdata_get(&found, key, pconf);
    if (found == nullptr && make) {
        found = apr_hash_make(pconf);
        apr_pool_userdata_setn(found, key, nullptr, pconf);
    }
    return static_cast<apr_hash_t *>(found);
}

} // namespace

void offer_answer(const char *name, Answer *answer) noexcept {
    apr_hash_set(offered(true), name, APR_HASH_KEY_STRING, reinterpret_cast<const void *>(answer));
}

Answer *find_answer(const char *name) noexcept {
    apr_hash_t *hash = offered(false);
    return hash == nullptr ? nullptr : reinterpret_cast<Answer *>(apr_hash_get(hash, name, APR_HASH_KEY_STRING));
}

} // namespace pyhook
