#include "wsgi/directives.h"

#include "apache/pool.h"

#include "config/config.h"
#include "config/directive.h"
#include "config/size.h"
#include "wsgi/hooks.h"

namespace pyhook::wsgi {

namespace {

/// "/shop/" is "/shop", "/" is "": what follows begins with a slash.
const char *without_end_slash(apr_pool_t *pool, std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return apache::copy(pool, url);
}

/// Has this server an application at `url` already?
bool is_aliased(const cmd_parms *cmd, const char *url) {
    const apr_array_header_t *aliases = ServerConfig::of(cmd->server).wsgi_aliases;
    for (int index = 0; index < aliases->nelts; ++index)
        if (strcmp(APR_ARRAY_IDX(aliases, index, const Mount *)->url, url) == 0)
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
        cmd->pool,
        Mount{.application = application(configuration_pool(cmd), spec), .url = place, .directory = nullptr});
    attach_hooks();
    return nullptr;
}

bool is_section(const ap_directive_t *section, const char *begin) {
    return ap_cstr_casecmpn(section->directive, begin, strlen(begin)) == 0;
}

/// The section that a directive stands in, of those that say where.
const ap_directive_t *section_of(const cmd_parms *cmd) {
    const ap_directive_t *section = cmd->directive->parent;
    while (section != nullptr && !is_section(section, "<Location") && !is_section(section, "<Directory"))
        section = section->parent;
    return section;
}

/// <If> and <Files> are conditions, and no place either.
bool stands_outside(const cmd_parms *cmd) {
    const ap_directive_t *section = cmd->directive->parent;
    while (section != nullptr && is_section(section, "<VirtualHost"))
        section = section->parent;
    return section == nullptr;
}

/// The path that a section is for. httpd tells that of the innermost one only.
const char *path_of(const cmd_parms *cmd, const ap_directive_t *section) {
    if (section == cmd->directive->parent)
        return cmd->path;
    const char *words = apr_pstrndup(cmd->pool, section->args, strcspn(section->args, ">"));
    return ap_getword_conf(cmd->pool, &words);
}

/// Where the section stands: a directory of files or a URL. What a pattern matches is a condition, no place.
Mount place_of(const cmd_parms *cmd) {
    Mount place{.application = nullptr, .url = "", .directory = nullptr, .everywhere = stands_outside(cmd)};
    const ap_directive_t *section = section_of(cmd);
    const char *named = section == nullptr ? nullptr : path_of(cmd, section);
    if (named == nullptr || *named != '/' || *section->args == '~' || strpbrk(named, "*?[") != nullptr)
        return place;
    const char *path = without_end_slash(cmd->pool, named);
    if (ap_cstr_casecmp(section->directive, "<Location") == 0)
        place.url = path;
    if (ap_cstr_casecmp(section->directive, "<Directory") == 0) {
        place.url = nullptr;
        place.directory = apr_pstrcat(cmd->pool, path, "/", nullptr);
    }
    return place;
}

const char *set_application(cmd_parms *cmd, void *dir, const char *spec) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    Mount mount = place_of(cmd);
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
