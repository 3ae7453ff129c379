// directives/directive.h: what the rows of the directive tables are made of, and what many of them ask.
#pragma once

#include "apache/httpd.h"
#include "apache/place.h"

#include <initializer_list>

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

/// For what holds for the whole server: why `cmd` can't stand where it does, or null.
const char *only_globally(cmd_parms *cmd);

/// For what runs while httpd reads the file, when nobody knows yet which section it stands in: leaves the line in
/// httpd's tree of the configuration, to be found there afterwards. `tree` is what such a directive gets for a record.
void keep_in_tree(const cmd_parms *cmd, void *tree);

/// What is wrong with the place of such a line, or null.
const char *misplaced_globally(apr_pool_t *pool, const ap_directive_t &line);

/// Says what is found when all has been read, as httpd does of the line that it is reading.
void log_syntax_error(const ap_directive_t &line, const char *problem);

/// For what holds at a place: <Limit> makes no place, and httpd would take it for every method.
const char *not_in_limit(cmd_parms *cmd);

/// For what httpd asks before it knows a file: no <Directory>, <Files> or the like can hold it.
const char *only_by_uri(cmd_parms *cmd);

/// What is wrong with a NAME that a directive defines, or null.
const char *name_problem(apr_pool_t *pool, const char *name);

/// What is said about a word KEY=VALUE whose key an earlier word has given.
const char *given_twice(apr_pool_t *pool, const char *word);

/// The bytes of a size above zero, as directives write it: 65536, 64K, 10M, 1G; 0 if `text` is none.
apr_off_t size_from(const char *text) noexcept;

/// The pool of targets: it lives as long as the configuration.
inline apr_pool_t *configuration_pool(const cmd_parms *cmd) { return cmd->server->process->pconf; }

/// That of the innermost section that is one.
apache::Place place_of(cmd_parms *cmd);

/// "/shop/" is "/shop", "/" is "": what follows begins with a slash.
const char *without_end_slash(apr_pool_t *pool, std::string_view url);

} // namespace pyhook
