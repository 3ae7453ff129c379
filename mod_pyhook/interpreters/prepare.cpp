#include "interpreters/prepare.h"

#include "apache/installation.h"
#include "apache/registering.h"
#include "apache/table.h"

#include "directives/interpreters.h"
#include "interpreters/edits.h"
#include "interpreters/sharing.h"
#include "interpreters/status.h"
#include "types/module.h"
#include "wsgi/adapter.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

py::ref dict_of(const apr_table_t *table) {
    py::ref dict = py::check(PyDict_New());
    for (const auto &entry : apache::entries(table))
        py::check(PyDict_SetItem(dict.get(), py::to_python(static_cast<const char *>(entry.key)).get(),
                                 py::to_python(static_cast<const char *>(entry.val)).get()));
    return dict;
}

std::vector<std::string> strings_of(const apr_array_header_t *array) {
    const auto strings = apache::elements<const char *>(array);
    return {strings.begin(), strings.end()};
}

/// Tells pyhook.loading which directories the configuration puts on sys.path: it checks where a module comes from.
void tell_directories(const char *directive, const apr_array_header_t *path) {
    py::call(py::attribute(py::import("pyhook.loading"), "set_directories"), py::to_python(directive),
             py::list_of(apache::elements<const char *>(path)));
}

py::Environment environment_of(const Home &home) {
    return home.root == nullptr ? py::Environment{} : py::Environment{home.root, home.executable};
}

/// Throws if Python runs in another environment than the configured one.
void demand(const Home &home, const std::string &words) {
    if (home.root == nullptr)
        return;
    const py::ref prefix = py::attribute(py::import("sys"), "prefix");
    if (const std::string problem = home_missed(home, std::string(py::text(prefix).view())); !problem.empty())
        throw py::start_error(words + problem);
}

/// What to say if pyhook can't be set up. The package is a part of the installation, of which no user's module tells.
std::string what_is_missed() {
    const std::string package = apache::package_directory() + "/pyhook";
    if (access((package + "/__init__.py").c_str(), R_OK) == 0)
        return "pyhook could not be set up in it";
    const char *cure = errno == EACCES ? " can't be read by the server's user: let that user read it, and enter the "
                                         "directories above it"
                                       : " is not there: install it anew";
    return package + ", the Python part of mod_pyhook," + cure;
}

} // namespace

py::Settings settings_from(const ServerConfig &config) {
    py::Settings settings;
    settings.executable = config.home.root != nullptr ? config.home.executable : PYHOOK_PYTHON_EXECUTABLE;
    settings.path = strings_of(config.path);
    settings.path.push_back(apache::package_directory());
    return settings;
}

py::InterpreterSettings settings_from(const InterpreterDefinition &definition, int number) {
    return {.name = definition.member_name(number),
            .own_gil = definition.own_gil,
            .path = strings_of(definition.path),
            .replaceable = apache::was_done(reload_wanted),
            .environment = environment_of(definition.home)};
}

void prepare(py::Interpreter &interpreter) {
    py::or_start_error(what_is_missed().c_str(), [&] {
        if (interpreter.name() == "main")
            demand(ServerConfig::of(ap_server_conf).home, "PyHookHome: ");
        std::array<const char *, phase_count> names;
        std::transform(std::begin(phases), std::end(phases), names.begin(),
                       [](const Phase &phase) { return phase.name; });
        State &state = install_module(interpreter, names, shared_places(ServerConfig::of(ap_server_conf)));
        state.counters = &counters_of(interpreter);
        const std::size_t targets = known_targets(ap_server_conf->process->pconf).size();
        state.callables = std::vector<std::atomic<PyObject *>>(targets);
        state.failed = std::vector<std::atomic<bool>>(targets);
        state.called_by_loop = std::vector<std::atomic<bool>>(targets);
        interpreter.count_threads_in(state.counters->threads);
        interpreter.count_waits_in(state.counters->gil_waits);
        state.options_of = [](const ap_conf_vector_t *per_dir_config) {
            return py::check(PyDictProxy_New(dict_of(DirConfig::of(per_dir_config).options).get()));
        };
        state.environ_of = &wsgi::environ_of;
        py::call(py::attribute(py::import("pyhook.bootstrap"), "start"));
        tell_directories("PyHookPath", ServerConfig::of(ap_server_conf).path);
        if (apache::was_done(reload_wanted))
            start_noting_files(); // before the user's code is read
    });
}

void enter_environment(const InterpreterDefinition &definition) {
    py::or_start_error("its environment could not be entered", [&] {
        demand(definition.home, "PyHookInterpreter " + std::string(definition.name) + " home=: ");
        tell_directories("path=", definition.path);
        if (apr_is_empty_table(definition.environment) == 0)
            py::call(py::attribute(py::import("pyhook.environment"), "set_variables"), dict_of(definition.environment));
    });
}

} // namespace pyhook
