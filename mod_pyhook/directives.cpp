#include "apache/error_page.h"
#include "apache/pool.h"
#include "apache/registering.h"
#include "apache/table.h"

#include "config/config.h"
#include "connections/connections.h"
#include "directives/checks.h"
#include "directives/directive.h"
#include "directives/interpreters.h"
#include "directives/program.h"
#include "filters/filters.h"
#include "module.h"
#include "mounts/mounts.h"
#include "phases/phases.h"
#include "server/server_hooks.h"
#include "server/trace_directives.h"
#include "sockets/named.h"

#include <span>
#include <vector>

namespace pyhook {

namespace {

ServerConfig &server_config(const cmd_parms *cmd) { return ServerConfig::of(cmd->server); }

DirConfig &dir_config(void *dir) { return *static_cast<DirConfig *>(dir); }

/// Adds one callable, or with "none" leaves out those of outer sections.
const char *add_target(cmd_parms *cmd, Callables &callables, const char *spec) {
    if (ap_cstr_casecmp(spec, "none") == 0) {
        callables = {.placed = nullptr, .forget_outer = true};
        return nullptr;
    }
    if (const char *problem = spec_problem(cmd->pool, spec))
        return sentence(cmd, problem);
    if (callables.placed == nullptr)
        callables.placed = apr_array_make(cmd->pool, 1, sizeof(const Placed *));
    APR_ARRAY_PUSH(callables.placed, const Placed *) =
        apache::make<Placed>(cmd->pool, Placed{target(configuration_pool(cmd), spec), place_of(cmd)});
    return nullptr;
}

const char *add_callable(cmd_parms *cmd, void *dir, const char *spec) {
    const auto phase = static_cast<std::size_t>(static_cast<const Phase *>(cmd->info) - phases);
    if (const char *problem = place_problem(cmd))
        return problem;
    if (const char *problem = phases[phase].where == by_uri ? only_by_uri(cmd) : nullptr)
        return problem;
    Callables &callables = dir_config(dir).callables[phase];
    if (const char *problem = add_target(cmd, callables, spec))
        return problem;
    dir_config(dir).phases |= std::uint64_t{1} << phase;
    if (!callables.empty())
        attach_phase(phase); // from .htaccess it is attached already: PyHookHtaccess did it
    return nullptr;
}

/// httpd's own SetHandler, which httpd also gives to every other module that has a directive of this name. As for
/// httpd's handlers, that of an inner section wins: it removes what outer sections have for the content. In .htaccess
/// it does so only where PyHookHandler none may stand there.
const char *hear_of_set_handler(cmd_parms *cmd, void *dir, const char *words) {
    if (const char *problem = handler_problem(cmd->pool, ap_getword_conf(cmd->temp_pool, &words)))
        return sentence(cmd, problem);
    if (place_problem(cmd) != nullptr)
        return nullptr;
    DirConfig &section = dir_config(dir);
    section.callables[phase_index("handler")].forget_outer = true;
    section.phases |= std::uint64_t{1} << phase_index("handler");
    if (!section.websocket.set)
        section.websocket = nullptr;
    return nullptr;
}

const char *add_connection_callable(cmd_parms *cmd, void *, const char *spec) {
    const auto hook = static_cast<std::size_t>(static_cast<const ConnectionHook *>(cmd->info) - connection_hooks);
    if (const char *problem = add_target(cmd, server_config(cmd).connection[hook], spec))
        return problem;
    attach_connection_hook(hook);
    return nullptr;
}

const char *add_server_callable(cmd_parms *cmd, void *, const char *spec) {
    const auto &row = *static_cast<const ServerHookRow *>(cmd->info);
    Callables &callables = server_config(cmd).server_hooks[static_cast<std::size_t>(row.hook)];
    if (const char *problem = add_target(cmd, callables, spec))
        return problem;
    if (!callables.empty())
        attach_server_hook(row);
    return nullptr;
}

const char *set_home(cmd_parms *cmd, void *, const char *path) {
    if (const char *problem = only_globally(cmd))
        return problem;
    Home &home = server_config(cmd).home;
    if (home.root != nullptr)
        return sentence(cmd, apr_psprintf(cmd->pool, "Python runs in '%s' already: write it once", home.root));
    const char *problem = find_home(cmd->pool, path, home);
    return problem == nullptr ? nullptr : sentence(cmd, problem);
}

const char *add_path(cmd_parms *cmd, void *, const char *path) {
    if (const char *problem = only_globally(cmd))
        return problem;
    const char *problem = nullptr;
    const char *directory = existing_directory(cmd->pool, path, &problem);
    if (problem != nullptr)
        return sentence(cmd, problem);
    APR_ARRAY_PUSH(server_config(cmd).path, const char *) = directory;
    return nullptr;
}

const char *set_environment(cmd_parms *cmd, void *, const char *name, const char *value) {
    if (const char *problem = only_globally(cmd))
        return problem;
    if (*name == '\0' || strchr(name, '=') != nullptr)
        return sentence(cmd, apr_psprintf(cmd->pool, "'%s' is no name of an environment variable", name));
    apr_table_setn(server_config(cmd).environment, name, value);
    return nullptr;
}

const char *add_import(cmd_parms *cmd, void *, const char *module) {
    if (const char *problem = only_globally(cmd))
        return problem;
    if (const char *problem = module_problem(cmd->pool, module))
        return sentence(cmd, problem);
    APR_ARRAY_PUSH(server_config(cmd).imports, const char *) = module;
    attach_all_phases();
    return nullptr;
}

/// What is wrong with the word that makes an option final, or null. Sections come after .htaccess, so that one of there
/// could hold against them.
const char *final_problem(cmd_parms *cmd, const char *word) {
    if (ap_cstr_casecmp(word, "final") != 0)
        return sentence(cmd, "'", word, "' is unknown: after the value may come the word final");
    if (ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != nullptr)
        return sentence(cmd, "final is not allowed in .htaccess: leave the word out");
    return nullptr;
}

const char *set_option(cmd_parms *cmd, void *dir, const char *key, const char *value, const char *word) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    if (*key == '\0')
        return sentence(cmd, "the option has no name: write PyHookOption NAME VALUE");
    if (const char *problem = word == nullptr ? nullptr : final_problem(cmd, word))
        return problem;
    DirConfig &config = dir_config(dir);
    const auto put = [&](apr_table_t *&table) {
        if (table == nullptr)
            table = apr_table_make(cmd->pool, 2);
        apr_table_setn(table, key, value);
    };
    if (config.final_options != nullptr && apr_table_get(config.final_options, key) != nullptr)
        return sentence(cmd, "'", key, "' is final in this section already: leave one of the two lines out");
    put(config.options);
    if (word != nullptr)
        put(config.final_options);
    return nullptr;
}

const char *set_debug(cmd_parms *cmd, void *dir, int on) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    dir_config(dir).debug = on != 0;
    apache::attach_error_pages();
    return nullptr;
}

const char *set_reload(cmd_parms *cmd, void *dir, int on) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    dir_config(dir).reload = on != 0;
    if (on != 0)
        apache::first_time(reload_wanted);
    return nullptr;
}

const char *set_htaccess(cmd_parms *cmd, void *, int on) {
    server_config(cmd).htaccess = on != 0;
    if (on == 0)
        return nullptr;
    attach_all_phases();
    prepare_targets(configuration_pool(cmd)); // requests on several threads will come to it
    return nullptr;
}

constexpr const char *main_key = "pyhook:main";

/// The main server's record, also for a virtual host: their records are merged only when all has been read. Only
/// directives of the whole server define interpreters and processes; each of them notes it here.
const ServerConfig &main_config(const cmd_parms *cmd) {
    void *found = nullptr;
    apr_pool_userdata_get(&found, main_key, configuration_pool(cmd));
    return found == nullptr ? server_config(cmd) : *static_cast<ServerConfig *>(found);
}

void note_main_config(const cmd_parms *cmd) {
    apr_pool_userdata_setn(&server_config(cmd), main_key, apr_pool_cleanup_null, configuration_pool(cmd));
}

const ProcessesDefinition *processes_named(const ServerConfig &config, const char *name) {
    for (const auto *each : apache::elements<const ProcessesDefinition *>(config.processes))
        if (strcmp(each->name, name) == 0)
            return each;
    return nullptr;
}

/// Why a directive can't define NAME, the first of its words; or null.
const char *definition_problem(cmd_parms *cmd, const char *what, std::span<char *const> words) {
    if (const char *problem = only_globally(cmd))
        return problem;
    if (words.empty())
        return sentence(cmd, "give the ", what, " a name");
    if (const char *problem = name_problem(cmd->pool, words[0]))
        return sentence(cmd, problem);
    if (interpreter_position(server_config(cmd).interpreters, words[0]) >= 0)
        return sentence(cmd, "there is an interpreter '", words[0], "' already: choose another name");
    if (processes_named(server_config(cmd), words[0]) != nullptr)
        return sentence(cmd, "there are processes '", words[0], "' already: choose another name");
    return nullptr;
}

const char *add_interpreter(cmd_parms *cmd, void *, const char *) {
    const std::vector<char *> words = words_of(cmd);
    if (const char *problem = definition_problem(cmd, "interpreter", words))
        return problem;
    InterpreterDefinition definition(cmd->pool, words[0]);
    if (const char *problem = read_interpreter(cmd, definition, std::span(words).subspan(1)))
        return sentence(cmd, problem);
    if (definition.imports->nelts > 0)
        attach_all_phases();
    APR_ARRAY_PUSH(server_config(cmd).interpreters, InterpreterDefinition) = definition;
    note_main_config(cmd);
    return nullptr;
}

const char *add_processes(cmd_parms *cmd, void *, const char *) {
    const std::vector<char *> words = words_of(cmd);
    if (const char *problem = definition_problem(cmd, "processes", words))
        return problem;
    auto *definition = apache::make<ProcessesDefinition>(cmd->pool, cmd->pool, words[0]);
    if (const char *problem = read_processes(cmd, *definition, std::span(words).subspan(1)))
        return sentence(cmd, problem);
    for (const auto *each : apache::elements<const ProcessesDefinition *>(server_config(cmd).processes))
        if (definition->socket != nullptr && each->socket != nullptr && strcmp(each->socket, definition->socket) == 0)
            return sentence(cmd, "the socket ", each->socket, " is that of the processes '", each->name,
                            "': name another one in socket=");
    APR_ARRAY_PUSH(server_config(cmd).processes, ProcessesDefinition *) = definition;
    note_main_config(cmd);
    return nullptr;
}

const char *cure_for_unknown(apr_pool_t *pool, const char *name) {
    const char *slash = strchr(name, '/'); // stands in the names that members of a pool have
    return slash == nullptr ? apr_pstrcat(pool, "define it before with PyHookInterpreter ", name,
                                          " or PyHookProcesses ", name, nullptr)
                            : apr_pstrcat(pool, "name a whole pool, as in PyHookRunIn ",
                                          apr_pstrmemdup(pool, name, static_cast<apr_size_t>(slash - name)), nullptr);
}

const char *run_in(cmd_parms *cmd, void *dir, const char *name) {
    if (const char *problem = place_problem(cmd))
        return problem;
    DirConfig &config = dir_config(dir);
    config.processes = processes_named(main_config(cmd), name);
    if (config.processes.value != nullptr)
        return config.processes.value->command == nullptr
                   ? nullptr
                   : sentence(cmd, "the processes '", name,
                              "' run another program, which takes no requests from here: ",
                              "write ProxyPass, with unix:", config.processes.value->socket, "|http://", name, "/");
    const int position = interpreter_position(main_config(cmd).interpreters, name);
    if (position < 0)
        return sentence(cmd, "there is no interpreter '", name, "': ", cure_for_unknown(cmd->pool, name));
    config.interpreter = position;
    return nullptr;
}

const char *set_patience(cmd_parms *cmd, void *dir, const char *text) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    auto &patience = dir_config(dir).patience;
    if (ap_cstr_casecmp(text, "off") == 0) {
        patience = std::optional<std::chrono::seconds>();
        return nullptr;
    }
    constexpr int most = 3600;
    char *end = nullptr;
    const apr_int64_t seconds = apr_isdigit(*text) ? apr_strtoi64(text, &end, 10) : -1;
    if (seconds < 0 || seconds > most || *end != '\0')
        return sentence(cmd, apr_psprintf(cmd->pool, "'%s' is no time: write seconds, 0 to %d, or Off", text, most));
    patience = std::optional(std::chrono::seconds(seconds));
    return nullptr;
}

// clang-format off
constexpr command_rec others[] = {
    one( "PyHookHome",        set_home,        RSRC_CONF, "The virtual environment that Python runs in."),
    each("PyHookPath",        add_path,        RSRC_CONF, "Directories that modules are imported from, before all others."),
    two( "PyHookSetEnv",      set_environment, RSRC_CONF, "A variable in os.environ, set before Python starts."),
    each("PyHookImport",      add_import,      RSRC_CONF, "Modules imported when a child starts; their decorators register callables."),
    raw( "PyHookProcesses",   add_processes,   RSRC_CONF, "Defines worker processes for applications and content handlers, or for another program: their name, then processes=, threads=, user=, python=, command= and more."),
    raw( "PyHookInterpreter", add_interpreter, RSRC_CONF, "Defines a named interpreter: its name, then gil=, count=, path=, home=, setenv=, import=."),
    one( "PyHookRunIn",       run_in,          anywhere,  "The interpreter, or the processes, that run the requests of this place: their name, or main."),
    two_or_three("PyHookOption", set_option,   for_auth,  "A value that Python reads as req.options[KEY]; with the word final, inner sections keep it."),
    one( "PyHookSuspendAfter", set_patience,   RSRC_CONF | ACCESS_CONF, "Seconds after which a response that has begun gives its thread back, as an accepted WebSocket does at once; or Off."),
    flag("PyHookDebug",       set_debug,       RSRC_CONF | ACCESS_CONF, "Show the client a page about the exception. For developers' machines."),
    flag("PyHookReload",      set_reload,      RSRC_CONF | ACCESS_CONF, "Load code anew when its files have been edited."),
    raw( "SetHandler",        hear_of_set_handler, OR_FILEINFO, "httpd's own: in an inner section it removes the PyHookHandler and PyHookWebSocket of outer sections."),
    flag("PyHookHtaccess",    set_htaccess,    RSRC_CONF, "Allow handler directives in .htaccess files, which then run code as the server."),
};
// clang-format on

std::vector<command_rec> make_table() {
    std::vector<command_rec> table;
    for (const Phase &phase : phases)
        table.push_back(
            {phase.directive, {.take1 = add_callable}, const_cast<Phase *>(&phase), phase.where, ITERATE, phase.help});
    for (const ConnectionHook &hook : connection_hooks)
        table.push_back({hook.directive,
                         {.take1 = add_connection_callable},
                         const_cast<ConnectionHook *>(&hook),
                         RSRC_CONF,
                         ITERATE,
                         hook.help});
    for (const ServerHookRow &row : server_hook_rows())
        table.push_back({row.directive,
                         {.take1 = add_server_callable},
                         const_cast<ServerHookRow *>(&row),
                         RSRC_CONF,
                         ITERATE,
                         row.help});
    for (const std::span<const command_rec> rows :
         {std::span<const command_rec>(others), operating_directives(), sharing_directives(), trace_directives(),
          filter_directives(), mounts::directives()})
        table.insert(table.end(), rows.begin(), rows.end());
    for (const NamedRow &row : named_rows())
        table.push_back({row.directive,
                         {.take3 = define_named},
                         const_cast<NamedRow *>(&row),
                         RSRC_CONF | EXEC_ON_READ,
                         TAKE23,
                         row.help});
    table.push_back({});
    return table;
}

/// What ran while the files were read could not be asked where it stands.
bool check_places(apr_pool_t *pool, const ap_directive_t *line) {
    bool fine = true;
    for (; line != nullptr; line = line->next) {
        const command_rec *row = ap_find_command(line->directive, directives());
        const bool early = row != nullptr && (row->req_override & EXEC_ON_READ) != 0;
        if (const char *problem = early ? misplaced_globally(pool, *line) : nullptr) {
            log_syntax_error(*line, problem);
            fine = false;
        }
        fine = check_places(pool, line->first_child) && fine;
    }
    return fine;
}

int check_configuration(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *temporary, server_rec *s) {
    const bool fine = check_places(temporary, ap_conftree) && check_added_handlers(temporary, ap_conftree) &&
                      check_other_pythons() && check_chroot() && check_run_in(temporary, ServerConfig::of(s)) &&
                      check_module_names(pconf, ServerConfig::of(s));
    constexpr int second_reading = 1; // httpd reads all files twice when it starts
    if (fine && ap_state_query(AP_SQ_CONFIG_GEN) != second_reading) {
        warn_of_missing_files(pconf, ServerConfig::of(s));
        warn_of_library_names(ServerConfig::of(s));
    }
    return fine ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

void attach_directives() { ap_hook_check_config(&check_configuration, nullptr, nullptr, APR_HOOK_MIDDLE); }

const command_rec *directives() {
    static const std::vector<command_rec> table = make_table();
    return table.data();
}

} // namespace pyhook
