#include "interpreters/sharing.h"

#include "apache/log.h"

#include "call/entry.h"

#include <string>

#include "py/poison.h"

namespace pyhook {

namespace {

const char *broken_notice(apr_pool_t *pool, const char *name) {
    return apr_psprintf(pool, "%s: a process died while it changed the shared dictionary '%s', which begins anew empty",
                        code::shared_lost, name);
}

} // namespace

bool open_shared(apr_pool_t *pconf, server_rec *s) noexcept {
    const ServerConfig &config = ServerConfig::of(s);
    for (int index = 0; index < config.shared->nelts; ++index) {
        auto &definition = APR_ARRAY_IDX(config.shared, index, SharedDefinition);
        definition.memory = apache::Shared::open(pconf, s->process, definition.name, definition.size,
                                                 broken_notice(pconf, definition.name));
        if (definition.memory == nullptr) {
            apache::log(APLOG_EMERG, s,
                        std::string(code::no_shared) + ": no memory for the shared dictionary '" + definition.name +
                            "': lower its size in PyHookShared");
            return false;
        }
    }
    apache::Shared::keep_only(s->process, shared_memory(config));
    return true;
}

void attach_sharing() {
    ap_hook_post_config([](apr_pool_t *pconf, apr_pool_t *, apr_pool_t *,
                           server_rec *s) { return open_shared(pconf, s) ? OK : HTTP_INTERNAL_SERVER_ERROR; },
                        nullptr, nullptr, APR_HOOK_MIDDLE);
}

std::vector<apache::Shared *> shared_memory(const ServerConfig &config) {
    std::vector<apache::Shared *> memory;
    for (int index = 0; index < config.shared->nelts; ++index)
        memory.push_back(APR_ARRAY_IDX(config.shared, index, SharedDefinition).memory);
    return memory;
}

} // namespace pyhook
