#include "apache/pool.h"

#include "config/config.h"
#include "directives/directive.h"
#include "mounts/mounts.h"

namespace pyhook::mounts {

namespace {

/// Checks the word after an application. Returns null, or a sentence that says what is wrong.
const char *preload_problem(apr_pool_t *pool, const char *word) {
    if (ap_cstr_casecmp(word, "preload") == 0)
        return nullptr;
    return apr_psprintf(pool, "'%s' is unknown: after the application may come the word preload", word);
}

constexpr Gateway gateways[] = {Gateway::wsgi, Gateway::asgi};

/// The gateway in the row of the directive.
Gateway gateway_of(const cmd_parms *cmd) { return *static_cast<const Gateway *>(cmd->info); }

/// True if this server has an application at `url` already.
bool is_aliased(const cmd_parms *cmd, const char *url) {
    const apr_array_header_t *aliases = ServerConfig::of(cmd->server).wsgi_aliases;
    for (int index = 0; index < aliases->nelts; ++index)
        if (strcmp(APR_ARRAY_IDX(aliases, index, const Mount *)->place.url, url) == 0)
            return true;
    return false;
}

/// If a word says so, notes that the application of a mount is loaded when the child starts. Returns null, or a
/// sentence that says what is wrong with the word.
const char *take_preload(cmd_parms *cmd, const Mount *mount, const DirConfig *section, const char *word) {
    if (word == nullptr)
        return nullptr;
    if (const char *problem = preload_problem(cmd->pool, word))
        return sentence(cmd, problem);
    APR_ARRAY_PUSH(ServerConfig::of(cmd->server).preloads, Preload) = {.mount = mount, .section = section};
    return nullptr;
}

const char *add_alias(cmd_parms *cmd, void *, const char *url, const char *spec, const char *preload) {
    if (*url != '/')
        return sentence(cmd, apr_psprintf(cmd->pool, "'%s' is no URL path: begin it with a slash, as in /shop", url));
    if (const char *problem = application_problem(cmd->pool, spec))
        return sentence(cmd, problem);
    const char *place = without_end_slash(cmd->pool, url);
    if (is_aliased(cmd, place))
        return sentence(cmd, "there is an application at '", url, "' already: remove one of the lines");
    const auto *mount = apache::make<Mount>(cmd->pool, Mount{.gateway = gateway_of(cmd),
                                                             .application = application(configuration_pool(cmd), spec),
                                                             .place = {.url = place}});
    APR_ARRAY_PUSH(ServerConfig::of(cmd->server).wsgi_aliases, const Mount *) = mount;
    attach_hooks();
    return take_preload(cmd, mount, nullptr, preload);
}

const char *set_application(cmd_parms *cmd, void *dir, const char *spec, const char *preload) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    Mount mount{.gateway = gateway_of(cmd), .application = nullptr, .place = place_of(cmd)};
    if (ap_cstr_casecmp(spec, "none") != 0) {
        if (const char *problem = application_problem(cmd->pool, spec))
            return sentence(cmd, problem);
        mount.application = application(configuration_pool(cmd), spec);
    } else if (preload != nullptr)
        return sentence(cmd, "none is no application, and nothing can be preloaded: leave the second word out");
    auto &section = *static_cast<DirConfig *>(dir);
    section.wsgi = apache::make<Mount>(cmd->pool, mount);
    attach_hooks();
    return take_preload(cmd, section.wsgi.value, &section, preload);
}

const char *set_websocket(cmd_parms *cmd, void *dir, const char *spec) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    Mount mount{.gateway = Gateway::websocket, .application = nullptr, .place = place_of(cmd)};
    if (ap_cstr_casecmp(spec, "none") != 0) {
        if (const char *problem = spec_problem(cmd->pool, spec))
            return sentence(cmd, problem);
        mount.application = target(configuration_pool(cmd), spec);
    }
    static_cast<DirConfig *>(dir)->websocket = apache::make<Mount>(cmd->pool, mount);
    attach_websocket_hook();
    return nullptr;
}

const char *set_buffer(cmd_parms *cmd, void *dir, const char *size) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    auto &buffer = static_cast<DirConfig *>(dir)->wsgi_buffer;
    if (ap_cstr_casecmp(size, "off") == 0) {
        buffer = 0;
        return nullptr;
    }
    const apr_off_t value = size_from(size);
    if (value == 0)
        return sentence(cmd,
                        apr_psprintf(cmd->pool, "'%s' is no size: write bytes, as in 1048576 or 10M, or Off", size));
    buffer = value;
    return nullptr;
}

// clang-format off
constexpr command_rec rows[] = {
    with(two_or_three("PyHookWSGIAlias", add_alias, RSRC_CONF, "A URL path and the WSGI application that serves it; then preload, if it is to be loaded when a child starts."), &gateways[0]),
    with(two_or_three("PyHookASGIAlias", add_alias, RSRC_CONF, "A URL path and the ASGI application that serves it; then preload, if it is to be loaded when a child starts."), &gateways[1]),
    with(one_or_two("PyHookWSGI", set_application, RSRC_CONF | ACCESS_CONF, "The WSGI application that serves this place, or none; then preload, if it is to be loaded when a child starts."), &gateways[0]),
    with(one_or_two("PyHookASGI", set_application, RSRC_CONF | ACCESS_CONF, "The ASGI application that serves this place, or none; then preload, if it is to be loaded when a child starts."), &gateways[1]),
    one("PyHookWebSocket",  set_websocket,   RSRC_CONF | ACCESS_CONF, "The coroutine that serves the WebSockets of this place, or none."),
    one("PyHookWSGIBuffer", set_buffer,      RSRC_CONF | ACCESS_CONF, "How long a request body without a length may be; Off passes it on as it comes."),
};
// clang-format on

} // namespace

std::span<const command_rec> directives() { return rows; }

} // namespace pyhook::mounts
