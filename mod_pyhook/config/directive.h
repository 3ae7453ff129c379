// config/directive.h: what the rows of the directive tables are made of.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

using OneWord = const char *(cmd_parms *, void *, const char *);
using TwoWords = const char *(cmd_parms *, void *, const char *, const char *);
using Words = const char *(cmd_parms *, void *, int, char *const[]);
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
constexpr command_rec words(const char *name, Words *function, int where, const char *help) {
    return {name, {.take_argv = function}, nullptr, where, TAKE_ARGV, help};
}
constexpr command_rec flag(const char *name, Flag *function, int where, const char *help) {
    return {name, {.flag = function}, nullptr, where, FLAG, help};
}

/// The answer of a directive that refuses its argument.
inline const char *sentence(const cmd_parms *cmd, const char *problem) {
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", problem, nullptr);
}

/// The pool of targets: it lives as long as the configuration.
inline apr_pool_t *configuration_pool(const cmd_parms *cmd) { return cmd->server->process->pconf; }

} // namespace pyhook
