#include "interpreters/loading.h"

#include "py/attach.h"

#include "apache/registering.h"

#include "call/callable.h"
#include "call/forked.h"
#include "call/registered.h"
#include "interpreters/edits.h"

#include "py/poison.h"

namespace pyhook {

namespace {

bool each_of(const apr_array_header_t *modules,
             const char *directive,
             const char *key,
             const std::function<bool(const PluginLine &)> &import) {
    for (int index = 0; index < modules->nelts; ++index) {
        const char *module = APR_ARRAY_IDX(modules, index, const char *);
        if (!import({.directive = directive, .words = std::string(key) + module, .module = module}))
            return false;
    }
    return true;
}

/// Imports what the hooks of logging name into the attached interpreter.
void load_logging_callables(State &state, server_rec *s) noexcept {
    for (; s != nullptr; s = s->next)
        for (const auto &[hook, name] : logging_hooks) {
            const Callables &callables = ServerConfig::of(s).callables(hook);
            for (int at = 0; at < callables.size(); ++at)
                load_early(state, name, *callables[at].target, s);
        }
}

/// True if the section is for the place, or for one above it.
bool leads_to(const core_dir_config &section, const apache::Place &place) {
    if (section.d == nullptr || section.d_is_fnmatch != 0 || section.r != nullptr)
        return false;
    std::string_view path = section.d;
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const std::string_view at = place.url != nullptr ? place.url : place.directory;
    return at.starts_with(path) && (at.size() == path.size() || at[path.size()] == '/');
}

/// The interpreter of a preloaded application, as far as sections with plain names choose it. Where a pattern or a
/// condition chooses another one, the application is loaded there at its first request.
int interpreter_of(const Preload &preload, const server_rec *s) {
    if (preload.section != nullptr && preload.section->interpreter.set)
        return preload.section->interpreter.value;
    const apache::Place &place = preload.mount->place;
    Setting<int> chosen = DirConfig::of(s->lookup_defaults).interpreter;
    const auto *core = static_cast<const core_server_config *>(ap_get_core_module_config(s->module_config));
    const apr_array_header_t *sections = place.url != nullptr ? core->sec_url : core->sec_dir;
    for (int index = 0; index < sections->nelts; ++index) {
        const auto *config = APR_ARRAY_IDX(sections, index, const ap_conf_vector_t *);
        if (leads_to(*static_cast<const core_dir_config *>(ap_get_core_module_config(config)), place))
            chosen.merge(DirConfig::of(config).interpreter);
    }
    return chosen.value;
}

} // namespace

bool each_plugin(const InterpreterDefinition *own,
                 const ServerConfig &config,
                 const std::function<bool(const PluginLine &)> &import) {
    return (own == nullptr || each_of(own->imports, "PyHookInterpreter", "import=", import)) &&
           each_of(config.imports, "PyHookImport", "", import);
}

bool import_plugin(const PluginLine &line, server_rec *s) noexcept {
    try {
        const leaving_if_forked here(s, {line.directive, line.module});
        load_plugin(line.module);
        return true;
    } catch (const py::error &) {
        const py::ref exception = py::take_exception();
        report(s, code::import_failed, {line.directive, line.words.c_str()},
               "can't be imported in interpreter '" + State::current().interpreter.name() + "'", exception.get());
        if (apache::was_done(reload_wanted))
            note_failure(exception);
        return false;
    }
}

std::optional<std::bitset<phase_count>> begin_serving(State &state, server_rec *s) noexcept {
    const auto registered = take_registered(state, s);
    if (registered) {
        run_callbacks("child_init", s);
        load_logging_callables(state, s);
    }
    return registered;
}

void preload(State &state, int interpreter, server_rec *s) {
    const py::attached here(state.interpreter);
    for (; s != nullptr; s = s->next) {
        const apr_array_header_t *preloads = ServerConfig::of(s).preloads;
        for (int index = 0; index < preloads->nelts; ++index)
            if (const Preload &wanted = APR_ARRAY_IDX(preloads, index, Preload);
                interpreter_of(wanted, s) == interpreter)
                load_early(state, "wsgi", *wanted.mount->application, s);
    }
}

} // namespace pyhook
