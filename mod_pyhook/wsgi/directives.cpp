#include "wsgi/directives.h"

#include "apache/pool.h"

#include "config/config.h"
#include "config/directive.h"
#include "config/place.h"
#include "config/size.h"
#include "wsgi/hooks.h"

namespace pyhook::wsgi {

namespace {

/// Has this server an application at `url` already?
bool is_aliased(const cmd_parms *cmd, const char *url) {
    const apr_array_header_t *aliases = ServerConfig::of(cmd->server).wsgi_aliases;
    for (int index = 0; index < aliases->nelts; ++index)
        if (strcmp(APR_ARRAY_IDX(aliases, index, const Mount *)->place.url, url) == 0)
            return true;
    return false;
}

const char *add_alias(cmd_parms *cmd, void *, const char *url, const char *spec) {
    if (*url != '/')
        return sentence(cmd, apr_psprintf(cmd->pool, "'%s' is no URL path: begin it with a slash, as in /shop", url));
    if (const char *problem = application_problem(cmd->pool, spec))
        return sentence(cmd, problem);
    const char *place = without_end_slash(cmd->pool, url);
    if (is_aliased(cmd, place))
        return sentence(cmd, "there is an application at '", url, "' already: remove one of the lines");
    APR_ARRAY_PUSH(ServerConfig::of(cmd->server).wsgi_aliases, const Mount *) = apache::make<Mount>(
        cmd->pool, Mount{.application = application(configuration_pool(cmd), spec), .place = {.url = place}});
    attach_hooks();
    return nullptr;
}

const char *set_application(cmd_parms *cmd, void *dir, const char *spec) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    Mount mount{.application = nullptr, .place = place_of(cmd)};
    if (ap_cstr_casecmp(spec, "none") != 0) {
        if (const char *problem = application_problem(cmd->pool, spec))
            return sentence(cmd, problem);
        mount.application = application(configuration_pool(cmd), spec);
    }
    static_cast<DirConfig *>(dir)->wsgi = apache::make<Mount>(cmd->pool, mount);
    attach_hooks();
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
    two("PyHookWSGIAlias",  add_alias,       RSRC_CONF, "A URL path and the WSGI application that serves it."),
    one("PyHookWSGI",       set_application, RSRC_CONF | ACCESS_CONF, "The WSGI application that serves this place, or none."),
    one("PyHookWSGIBuffer", set_buffer,      RSRC_CONF | ACCESS_CONF, "How long a request body without a length may be; Off passes it on as it comes."),
};
// clang-format on

} // namespace

std::span<const command_rec> directives() { return rows; }

} // namespace pyhook::wsgi
