#include "interpreters/sharing.h"

#include "apache/log.h"
#include "apache/table.h"

#include "call/entry.h"

#include <string>

#include "py/poison.h"

namespace pyhook {

namespace {

const char *broken_notice(apr_pool_t *pool, const char *name) {
    return apr_psprintf(pool, "%s: a process died while it changed the shared dictionary '%s', which begins anew empty",
                        code::shared_lost, name);
}

std::span<SharedDefinition> definitions(const ServerConfig &config) {
    return {reinterpret_cast<SharedDefinition *>(config.shared->elts), static_cast<std::size_t>(config.shared->nelts)};
}

std::vector<apache::Shared *> memory_of(const ServerConfig &config) {
    std::vector<apache::Shared *> memory;
    for (const SharedDefinition &each : definitions(config))
        if (each.memory != nullptr)
            memory.push_back(each.memory);
    return memory;
}

bool open_memory(apr_pool_t *pconf, server_rec *s, SharedDefinition &definition) {
    definition.memory = apache::Shared::open(pconf, s->process, definition.name, definition.size,
                                             broken_notice(pconf, definition.name));
    if (definition.memory == nullptr)
        apache::log(APLOG_EMERG, s,
                    std::string(code::no_shared) + ": no memory for the shared dictionary '" + definition.name +
                        "': lower its size in PyHookShared");
    return definition.memory != nullptr;
}

std::string about(const SharedDefinition &definition) {
    return std::string(code::shared_away) + ": the server of the shared dictionary '" + definition.name + "' ";
}

/// Finds the address now: a look-up takes as long as it likes, and no request is to wait for one.
void find_server(apr_pool_t *pconf, server_rec *s, const SharedDefinition &definition) {
    apache::RedisPlace &place = *definition.server;
    apr_sockaddr_t *address = nullptr;
    if (apr_sockaddr_info_get(&address, place.host, APR_UNSPEC, place.port, 0, pconf) == APR_SUCCESS)
        place.address = address;
    else
        apache::log(APLOG_ERR, s, about(definition) + "has no address: mend its name, and restart httpd");
}

/// The dictionaries of this process and its threads, which use them until it ends.
apache::Redis *new_server(const SharedDefinition &definition) {
    return new apache::Redis(*definition.server, [definition](const char *reason) {
        if (reason != nullptr)
            apache::log(APLOG_ERR, ap_server_conf, about(definition) + "can't be asked: " + reason);
        else
            apache::log(APLOG_NOTICE, ap_server_conf, about(definition) + "answers again");
    });
}

} // namespace

bool open_shared(apr_pool_t *pconf, server_rec *s) noexcept {
    const ServerConfig &config = ServerConfig::of(s);
    for (SharedDefinition &each : definitions(config)) {
        if (each.server != nullptr)
            find_server(pconf, s, each);
        else if (!open_memory(pconf, s, each))
            return false;
    }
    apache::Shared::keep_only(s->process, memory_of(config));
    return true;
}

void attach_sharing() {
    ap_hook_post_config([](apr_pool_t *pconf, apr_pool_t *, apr_pool_t *,
                           server_rec *s) { return open_shared(pconf, s) ? OK : HTTP_INTERNAL_SERVER_ERROR; },
                        nullptr, nullptr, APR_HOOK_MIDDLE);
}

std::vector<SharedPlace> shared_places(const ServerConfig &config) {
    std::vector<SharedPlace> places;
    for (SharedDefinition &each : definitions(config)) {
        if (each.server != nullptr && each.redis == nullptr)
            each.redis = new_server(each);
        places.push_back({.name = each.name, .memory = each.memory, .redis = each.redis, .prefix = each.prefix});
    }
    return places;
}

} // namespace pyhook
