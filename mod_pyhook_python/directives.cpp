#include "directives.h"

#include "config.h"
#include "path_expression.h"

#include <apr_fnmatch.h>

#include <vector>

namespace mod_python {

namespace {

using FlagWord = const char *(cmd_parms *, void *, int);

template <class... Words> const char *sentence(const cmd_parms *cmd, Words... problem) {
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", problem..., nullptr);
}

/// Why no directive of this module can work here, or null.
const char *problem_here(cmd_parms *cmd) {
    auto *place_problem = APR_RETRIEVE_OPTIONAL_FN(pyhook_place_problem);
    if (place_problem == nullptr)
        return sentence(cmd, "needs mod_pyhook: write LoadModule pyhook_module beside LoadModule python_module");
    return place_problem(cmd);
}

const char *carry_out(cmd_parms *cmd, const char *directive, const char *word) {
    auto *directive_of = APR_RETRIEVE_OPTIONAL_FN(pyhook_directive);
    return directive_of(cmd, directive, word);
}

template <class... Fields> const char *record(apr_pool_t *pool, const char *first, Fields... fields) {
    const char *text = first;
    ((text = apr_pstrcat(pool, text, field_mark, fields, nullptr)), ...);
    return apr_pstrcat(pool, text, record_mark, nullptr);
}

/// The innermost section that says where, or null.
const ap_directive_t *place_of(const cmd_parms *cmd) {
    for (const ap_directive_t *line = cmd->directive->parent; line != nullptr; line = line->parent)
        if (ap_cstr_casecmpn(line->directive, "<Location", 9) == 0 ||
            ap_cstr_casecmpn(line->directive, "<Directory", 10) == 0)
            return line;
    return nullptr;
}

/// Where handlers are named: the directory, or the URL of a location.
struct Place {
    const char *path = "";
    const char *flags = ""; // "l" for a location, "m" for a pattern
};

const char *with_slash(apr_pool_t *pool, const char *path) {
    const std::size_t length = strlen(path);
    return length != 0 && path[length - 1] == '/' ? path : apr_pstrcat(pool, path, "/", nullptr);
}

Place place(cmd_parms *cmd) {
    const bool is_htaccess = ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != nullptr;
    const ap_directive_t *section = place_of(cmd);
    if (section == nullptr && is_htaccess)
        return {.path = with_slash(cmd->pool, ap_make_dirstr_parent(cmd->pool, cmd->config_file->name))};
    if (section == nullptr)
        return {};
    const char *words = apr_pstrndup(cmd->pool, section->args, strcspn(section->args, ">"));
    const char *path = ap_getword_conf(cmd->pool, &words);
    if (ap_cstr_casecmpn(section->directive, "<Location", 9) == 0)
        return {.path = path, .flags = "l"};
    const bool is_pattern = ap_cstr_casecmp(section->directive, "<DirectoryMatch") == 0 || strcmp(path, "~") == 0;
    if (is_pattern || apr_fnmatch_test(path) != 0)
        return {.flags = "m"};
    return {.path = with_slash(cmd->pool, ap_server_root_relative(cmd->pool, path))};
}

/// "a.py b | .x .y": the words before and behind the bar.
const char *add_handlers(cmd_parms *cmd, void *dir, const char *line) {
    const auto phase = static_cast<std::size_t>(static_cast<const Phase *>(cmd->info) - phases);
    if (const char *problem = problem_here(cmd))
        return problem;
    const char *bar = strchr(line, '|');
    const char *names = bar == nullptr ? line : apr_pstrmemdup(cmd->pool, line, static_cast<apr_size_t>(bar - line));
    if (bar != nullptr && !phases[phase].has_extensions)
        return sentence(cmd, "takes no '| .ext': no file is known yet when it runs");
    const char *extensions = "";
    for (const char *rest = bar == nullptr ? "" : bar + 1; *rest != '\0';)
        if (const char *extension = ap_getword_conf(cmd->pool, &rest); *extension != '\0')
            extensions = apr_pstrcat(cmd->pool, extensions, extension, " ", nullptr);
    if (bar != nullptr && *extensions == '\0')
        return sentence(cmd, "behind '|' there must be an extension, for example | .py");
    const Place here = place(cmd);
    bool any = false;
    while (*names != '\0') {
        const char *name = ap_getword_conf(cmd->pool, &names);
        if (*name == '\0')
            continue;
        const char *&handlers = static_cast<DirConfig *>(dir)->handlers[phase];
        handlers = joined(cmd->pool, handlers, record(cmd->pool, name, here.path, here.flags, extensions));
        any = true;
    }
    return any ? nullptr : sentence(cmd, "names no handler: write module, or module::object");
}

/// Functions that the module does not have are left out.
const char *add_module(cmd_parms *cmd, void *dir, const char *module) {
    if (const char *problem = problem_here(cmd))
        return problem;
    const Place here = place(cmd);
    const char *flags = apr_pstrcat(cmd->pool, here.flags, "s", nullptr);
    const bool by_place = cmd->path != nullptr;
    for (std::size_t phase = 0; phase < phase_count; ++phase)
        if (!by_place || phases[phase].where != by_server) {
            const char *&handlers = static_cast<DirConfig *>(dir)->handlers[phase];
            handlers = joined(cmd->pool, handlers, record(cmd->pool, module, here.path, flags, ""));
        }
    return nullptr;
}

void keep(cmd_parms *cmd, void *dir, const char *text) {
    const char *&settings = static_cast<DirConfig *>(dir)->settings;
    settings = joined(cmd->pool, settings, text);
}

const char *keep_setting(cmd_parms *cmd, void *dir, const char *value) {
    keep(cmd, dir, record(cmd->pool, "D", cmd->cmd->name, value));
    return nullptr;
}

const char *set_flag(cmd_parms *cmd, void *dir, int on) {
    const char *problem = problem_here(cmd);
    return problem != nullptr ? problem : keep_setting(cmd, dir, on != 0 ? "1" : "0");
}

const char *set_debug(cmd_parms *cmd, void *dir, int on) {
    if (const char *problem = set_flag(cmd, dir, on))
        return problem;
    return carry_out(cmd, "PyHookDebug", on != 0 ? "On" : "Off");
}

const char *set_pdb(cmd_parms *cmd, void *dir, int on) {
    if (on != 0)
        return sentence(cmd, "a debugger needs a terminal, which a server's child has not: take the line away, and try "
                             "the handler with pyhook.testing, where any debugger works");
    return set_flag(cmd, dir, on);
}

const char *set_optimize(cmd_parms *cmd, void *dir, int on) {
    if (on != 0)
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_NOTICE, 0, nullptr,
                     "PythonOptimize On has no effect: Python runs as PyHookHome and its environment say");
    return set_flag(cmd, dir, on);
}

/// The name is what req.interpreter says. Where PyHookInterpreter defines one of that name, the code runs there.
const char *set_interpreter(cmd_parms *cmd, void *dir, const char *name) {
    if (const char *problem = problem_here(cmd))
        return problem;
    carry_out(cmd, "PyHookRunIn", strcmp(name, "main_interpreter") == 0 ? "main" : name);
    return keep_setting(cmd, dir, name);
}

const char *set_path(cmd_parms *cmd, void *dir, const char *expression) {
    if (const char *problem = problem_here(cmd))
        return problem;
    if (!is_path_expression(expression))
        return sentence(cmd, "'", expression,
                        "' is not evaluated: write lists of strings, sys.path and + between them, for example "
                        "\"sys.path+['/srv/site']\"");
    return keep_setting(cmd, dir, expression);
}

const char *set_option(cmd_parms *cmd, void *dir, const char *key, const char *value) {
    if (const char *problem = problem_here(cmd))
        return problem;
    keep(cmd, dir, record(cmd->pool, "O", key, value == nullptr ? "" : value));
    return nullptr;
}

const char *add_import(cmd_parms *cmd, void *, const char *handler, const char *interpreter) {
    if (const char *problem = problem_here(cmd))
        return problem;
    const char *&imports = ServerConfig::of(ap_server_conf).imports;
    imports = joined(cmd->pool, imports, record(cmd->pool, handler, interpreter));
    return nullptr;
}

const char *set_connection_handler(cmd_parms *cmd, void *, const char *handler) {
    if (const char *problem = problem_here(cmd))
        return problem;
    ServerConfig::of(cmd->server).connection = record(cmd->pool, handler, "", "", "");
    return carry_out(cmd, "PyHookProcessConnection", "mod_python.dispatch:connection");
}

const char *add_filter(cmd_parms *cmd, void *dir, const char *handler, const char *name) {
    if (const char *problem = problem_here(cmd))
        return problem;
    const bool is_input = cmd->info != nullptr;
    if (name == nullptr)
        name = handler;
    const Place here = place(cmd);
    keep(cmd, dir, record(cmd->pool, is_input ? "I" : "F", name, handler, here.path, here.flags));
    auto *define = APR_RETRIEVE_OPTIONAL_FN(pyhook_define_filter);
    const char *problem =
        define(cmd->pool, is_input ? 1 : 0, name, is_input ? "mod_python.filters:input" : "mod_python.filters:output");
    return problem == nullptr ? nullptr : sentence(cmd, problem);
}

constexpr command_rec flag(const char *name, FlagWord *function, int where, const char *help) {
    return {name, {.flag = function}, nullptr, where, FLAG, help};
}

constexpr char is_input = 1;

// clang-format off
const command_rec others[] = {
    {"PythonHandlerModule",       {.take1 = add_module},             nullptr, OR_ALL,    TAKE1, "A module whose functions are the handlers of all phases."},
    {"PythonConnectionHandler",   {.take1 = set_connection_handler}, nullptr, RSRC_CONF, TAKE1, "The Python handler of connections."},
    {"PythonInputFilter",         {.take2 = add_filter}, const_cast<char *>(&is_input), RSRC_CONF | ACCESS_CONF, TAKE12, "A Python filter of request bodies: its handler and its name."},
    {"PythonOutputFilter",        {.take2 = add_filter},             nullptr, RSRC_CONF | ACCESS_CONF, TAKE12, "A Python filter of responses: its handler and its name."},
    {"PythonOption",              {.take2 = set_option},             nullptr, OR_ALL,    TAKE12, "A value that Python reads in req.get_options(); without a value it is removed."},
    {"PythonPath",                {.take1 = set_path},               nullptr, OR_ALL,    TAKE1, "Where modules are imported from: lists of directories, sys.path, and sums of them."},
    {"PythonInterpreter",         {.take1 = set_interpreter},        nullptr, OR_ALL,    TAKE1, "The name of the interpreter."},
    {"PythonImport",              {.take2 = add_import},             nullptr, RSRC_CONF, TAKE2, "A module, or module::function, to be imported when a child starts; and the name of the interpreter."},
    flag("PythonInterpPerDirectory", set_flag,     OR_ALL,    "An interpreter for each directory of a requested file."),
    flag("PythonInterpPerDirective", set_flag,     OR_ALL,    "An interpreter for each directory that names handlers."),
    flag("PythonAutoReload",         set_flag,     OR_ALL,    "Load modules anew when their files have been edited."),
    flag("PythonDebug",              set_debug,    OR_ALL,    "Show tracebacks to the client."),
    flag("PythonEnablePdb",          set_pdb,      OR_ALL,    "Off: there is no debugger in a server's children."),
    flag("PythonOptimize",           set_optimize, RSRC_CONF, "Has no effect."),
};
// clang-format on

std::vector<command_rec> make_table() {
    std::vector<command_rec> table;
    for (const Phase &phase : phases)
        table.push_back({phase.directive,
                         {.raw_args = add_handlers},
                         const_cast<Phase *>(&phase),
                         phase.where,
                         RAW_ARGS,
                         phase.help});
    table.insert(table.end(), std::begin(others), std::end(others));
    table.push_back({});
    return table;
}

} // namespace

const command_rec *directives() {
    static const std::vector<command_rec> table = make_table();
    return table.data();
}

} // namespace mod_python
