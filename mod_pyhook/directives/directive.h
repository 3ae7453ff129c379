// directives/directive.h: what the rows of the directive tables are made of, and what many of them ask.
#pragma once

#include "apache/httpd.h"
#include "apache/place.h"

#include <initializer_list>
#include <span>

namespace pyhook {

using OneWord = const char *(cmd_parms *, void *, const char *);
using TwoWords = const char *(cmd_parms *, void *, const char *, const char *);
using ThreeWords = const char *(cmd_parms *, void *, const char *, const char *, const char *);
using ManyWords = const char *(cmd_parms *, void *, int, char *const[]);
using Flag = const char *(cmd_parms *, void *, int);

constexpr command_rec one(const char *name, OneWord *function, int where, const char *help) {
    return {name, {.take1 = function}, nullptr, where, TAKE1, help};
}
constexpr command_rec each(const char *name, OneWord *function, int where, const char *help) {
    return {name, {.take1 = function}, nullptr, where, ITERATE, help};
}
constexpr command_rec two(const char *name, TwoWords *function, int where, const char *help) {
    return {name, {.take2 = function}, nullptr, where, TAKE2, help};
}
constexpr command_rec one_or_two(const char *name, TwoWords *function, int where, const char *help) {
    return {name, {.take2 = function}, nullptr, where, TAKE12, help};
}
constexpr command_rec two_or_three(const char *name, ThreeWords *function, int where, const char *help) {
    return {name, {.take3 = function}, nullptr, where, TAKE23, help};
}
constexpr command_rec words(const char *name, ManyWords *function, int where, const char *help) {
    return {name, {.take_argv = function}, nullptr, where, TAKE_ARGV, help};
}
constexpr command_rec raw(const char *name, OneWord *function, int where, const char *help) {
    return {name, {.raw_args = function}, nullptr, where, RAW_ARGS, help};
}
constexpr command_rec flag(const char *name, Flag *function, int where, const char *help) {
    return {name, {.flag = function}, nullptr, where, FLAG, help};
}

/// The same row, with what its function finds in cmd_parms::info.
constexpr command_rec with(command_rec row, const void *info) {
    row.cmd_data = const_cast<void *>(info);
    return row;
}

/// The answer of a directive that refuses its argument.
template <class... Words> const char *sentence(const cmd_parms *cmd, Words... problem) {
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", problem..., nullptr);
}

/// The innermost of these sections that `cmd` stands in, named as in "<Files"; or null.
const ap_directive_t *section_of(const cmd_parms *cmd, std::initializer_list<const char *> names);

/// For a directive of the whole server: why `cmd` is misplaced, or null.
const char *only_globally(cmd_parms *cmd);

/// For a directive that runs while httpd reads the file, when its section is not known yet: leaves its line in httpd's
/// configuration tree, so that it can be checked afterwards. `tree` is the record that httpd passes to the directive.
void keep_in_tree(const cmd_parms *cmd, void *tree);

/// Returns null, or a sentence that says why a line kept by `keep_in_tree` is misplaced.
const char *misplaced_globally(apr_pool_t *pool, const ap_directive_t &line);

/// Logs a problem that is found after reading, as httpd logs a syntax error.
void log_syntax_error(const ap_directive_t &line, const char *problem);

/// For a directive of a location: why it is misplaced in <Limit>, or null. httpd would apply it to every method.
const char *not_in_limit(cmd_parms *cmd);

/// For a directive that names code: why `cmd` is misplaced, or null. It may stand in .htaccess only with
/// PyHookHtaccess.
const char *place_problem(cmd_parms *cmd);

/// For a phase that runs before a file is known: why it is misplaced in <Directory> or <Files>, or null.
const char *only_by_uri(cmd_parms *cmd);

/// What is wrong with a NAME that a directive defines, or null.
const char *name_problem(apr_pool_t *pool, const char *name);

/// What is said about a word KEY=VALUE whose key an earlier word has given.
const char *given_twice(apr_pool_t *pool, const char *word);

/// The bytes of a size above zero, as directives write it: 65536, 64K, 10M, 1G; 0 if `text` is none.
apr_off_t size_from(const char *text) noexcept;

/// The pool of targets: it lives as long as the configuration.
inline apr_pool_t *configuration_pool(const cmd_parms *cmd) { return cmd->server->process->pconf; }

/// The place that `cmd` stands in: that of the innermost <Location> or <Directory>, or of the .htaccess file.
apache::Place place_of(cmd_parms *cmd);

/// The URL path of a <Location>, as written; null for another section, or for one with a pattern.
const char *location_of(apr_pool_t *pool, const ap_directive_t &section);

/// Removes slashes at the end: "/shop/" gives "/shop", "/" gives "".
const char *without_end_slash(apr_pool_t *pool, std::string_view url);

// Tables of directives that stand in files of their own.

/// What lets an administrator see and steer a running server.
std::span<const command_rec> operating_directives();

/// PyHookShared, which defines dictionaries.
std::span<const command_rec> sharing_directives();

} // namespace pyhook
