#include "directives/directive.h"

#include "apache/pool.h"

#include "config/config.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace pyhook {

namespace {

const char *misplaced(cmd_parms *cmd, const char *section, const char *cure) {
    return sentence(cmd, "not allowed in ", section, ">: ", cure);
}

bool is_in_htaccess(cmd_parms *cmd) { return ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != nullptr; }

constexpr const char *global_cure = "it holds for the whole server, so write it outside all sections";

} // namespace

const ap_directive_t *section_of(const cmd_parms *cmd, std::initializer_list<const char *> names) {
    for (const ap_directive_t *section = cmd->directive; section != nullptr; section = section->parent)
        for (const char *name : names)
            if (ap_cstr_casecmpn(section->directive, name, strlen(name)) == 0)
                return section;
    return nullptr;
}

const char *only_globally(cmd_parms *cmd) {
    if (ap_check_cmd_context(cmd, GLOBAL_ONLY) == nullptr)
        return nullptr;
    return misplaced(cmd, "<VirtualHost", global_cure);
}

const char *misplaced_globally(apr_pool_t *pool, const ap_directive_t &line) {
    if (line.parent == nullptr)
        return nullptr;
    return apr_pstrcat(pool, line.directive, ": not allowed in ", line.parent->directive, ">: ", global_cure, nullptr);
}

void keep_in_tree(const cmd_parms *cmd, void *tree) {
    *static_cast<const ap_directive_t **>(tree) = cmd->err_directive;
}

void log_syntax_error(const ap_directive_t &line, const char *problem) {
    constexpr int level = APLOG_STARTUP | APLOG_ERR;
    ap_log_error(APLOG_MARK, level, 0, nullptr, "Syntax error on line %d of %s:", line.line_num, line.filename);
    ap_log_error(APLOG_MARK, level, 0, nullptr, "%s", problem);
}

const char *not_in_limit(cmd_parms *cmd) {
    const ap_directive_t *section = section_of(cmd, {"<Limit"});
    if (section == nullptr)
        return nullptr;
    return misplaced(cmd, section->directive,
                     "it would hold for every method; write it outside, and look at req.method");
}

/// The author of an .htaccess file could run code as the server.
const char *place_problem(cmd_parms *cmd) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    if (!is_in_htaccess(cmd) || ServerConfig::of(cmd->server).htaccess.value)
        return nullptr;
    return sentence(cmd, "not allowed in .htaccess, since it runs code as the server; 'PyHookHtaccess On' in the "
                         "server configuration permits it");
}

const char *only_by_uri(cmd_parms *cmd) {
    const ap_directive_t *section = section_of(cmd, {"<Directory", "<Files"});
    if (section == nullptr)
        return nullptr;
    return misplaced(cmd, section->directive,
                     "it runs before a file is known, so write it in <Location> or outside all sections");
}

const char *given_twice(apr_pool_t *pool, const char *word) {
    const auto key = static_cast<int>(strcspn(word, "="));
    return apr_psprintf(pool, "'%s' comes too late: give %.*s= once", word, key, word);
}

const char *name_problem(apr_pool_t *pool, const char *name) {
    const std::string_view letters = name;
    const bool fine = !letters.empty() && std::all_of(letters.begin(), letters.end(), [](unsigned char byte) {
        return apr_isalnum(byte) != 0 || byte == '_' || byte == '-' || byte == '.';
    });
    return fine ? nullptr
                : apr_psprintf(pool, "'%s' can't be a name: letters, digits, '_', '-' and '.' make one", name);
}

apr_off_t size_from(const char *text) noexcept {
    constexpr std::string_view units = "KMG";
    char *unit = nullptr;
    apr_off_t number = 0;
    if (apr_isdigit(*text) == 0 || apr_strtoff(&number, text, &unit, 10) != APR_SUCCESS)
        return 0;
    if (*unit == '\0')
        return number;
    const std::size_t power = units.find(static_cast<char>(apr_toupper(*unit)));
    if (power == std::string_view::npos || unit[1] != '\0')
        return 0;
    const std::size_t shift = (power + 1) * 10;
    return number <= (APR_INT64_MAX >> shift) ? number << shift : 0;
}

namespace {

/// False in any section but <VirtualHost>; <If> and <Files> are conditions.
bool stands_outside(const cmd_parms *cmd) {
    const ap_directive_t *section = cmd->directive->parent;
    while (section != nullptr && ap_cstr_casecmpn(section->directive, "<VirtualHost", 12) == 0)
        section = section->parent;
    return section == nullptr;
}

/// The path that opens a section.
const char *path_of(apr_pool_t *pool, const ap_directive_t &section) {
    const char *words = apr_pstrndup(pool, section.args, strcspn(section.args, ">"));
    return ap_getword_conf(pool, &words);
}

apache::Place directory(apr_pool_t *pool, const char *path) {
    return {.url = nullptr, .directory = apr_pstrcat(pool, without_end_slash(pool, path), "/", nullptr)};
}

/// True if the section opens with this word, and with a path that is no pattern.
bool has_plain_path(const ap_directive_t &section, const char *path, const char *word) {
    return ap_cstr_casecmp(section.directive, word) == 0 && path != nullptr && *path == '/' && *section.args != '~' &&
           strpbrk(path, "*?[") == nullptr;
}

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
    if (section == nullptr)
        return {.everywhere = stands_outside(cmd)};
    // httpd gives the path of the innermost section.
    const char *path = section == cmd->directive->parent ? cmd->path : path_of(cmd->pool, *section);
    if (has_plain_path(*section, path, "<Directory"))
        return directory(cmd->pool, path);
    if (has_plain_path(*section, path, "<Location"))
        return {.url = without_end_slash(cmd->pool, path)};
    return {};
}

const char *location_of(apr_pool_t *pool, const ap_directive_t &section) {
    const char *path = path_of(pool, section);
    return has_plain_path(section, path, "<Location") ? path : nullptr;
}

} // namespace pyhook
