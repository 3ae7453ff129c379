#include "directives/place.h"

#include "apache/pool.h"

#include "directives/directive.h"

namespace pyhook {

namespace {

/// <If> and <Files> are conditions, and no place either.
bool stands_outside(const cmd_parms *cmd) {
    const ap_directive_t *section = cmd->directive->parent;
    while (section != nullptr && ap_cstr_casecmpn(section->directive, "<VirtualHost", 12) == 0)
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

apache::Place directory(apr_pool_t *pool, const char *path) {
    return {.url = nullptr, .directory = apr_pstrcat(pool, without_end_slash(pool, path), "/", nullptr)};
}

bool is_in_htaccess(cmd_parms *cmd) { return ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != nullptr; }

} // namespace

const char *without_end_slash(apr_pool_t *pool, std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return apache::copy(pool, url);
}

apache::Place place_of(cmd_parms *cmd) {
    if (is_in_htaccess(cmd))
        return directory(cmd->pool, cmd->path);
    const ap_directive_t *section = section_of(cmd, {"<Location", "<Directory"}); // of those that say where
    const char *named = section == nullptr ? nullptr : path_of(cmd, section);
    if (named == nullptr || *named != '/' || *section->args == '~' || strpbrk(named, "*?[") != nullptr)
        return {.everywhere = stands_outside(cmd)};
    if (ap_cstr_casecmp(section->directive, "<Directory") == 0)
        return directory(cmd->pool, named);
    if (ap_cstr_casecmp(section->directive, "<Location") == 0)
        return {.url = without_end_slash(cmd->pool, named)};
    return {};
}

} // namespace pyhook
