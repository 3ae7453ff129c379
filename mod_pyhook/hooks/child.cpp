#include "hooks/child.h"

#include "py/attach.h"

#include "apache/log.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "hooks/call.h"
#include "hooks/codes.h"
#include "types/ending.h"
#include "types/module.h"

#include <cstdlib>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit Child *the_child = nullptr;

constexpr std::chrono::seconds exit_deadline{5}; // httpd kills a child that takes 10

/// What `pyhook` needs in every interpreter before anything of the user's is imported.
void prepare(py::Interpreter &interpreter) {
    std::array<const char *, phase_count> names;
    std::transform(std::begin(phases), std::end(phases), names.begin(), [](const Phase &phase) { return phase.name; });
    State &state = install_module(interpreter, names);
    state.options_of = [](const ap_conf_vector_t *per_dir_config) {
        py::ref options = py::check(PyDict_New());
        for (const auto &entry : apache::entries(DirConfig::of(per_dir_config).options))
            py::check(PyDict_SetItem(options.get(), py::to_python(static_cast<const char *>(entry.key)).get(),
                                     py::to_python(static_cast<const char *>(entry.val)).get()));
        return py::check(PyDictProxy_New(options.get()));
    };
    py::call(py::attribute(py::import("pyhook.bootstrap"), "start"));
}

py::Settings settings_from(const ServerConfig &config) {
    py::Settings settings;
    settings.executable = config.executable != nullptr ? config.executable : PYHOOK_PYTHON_EXECUTABLE;
    for (int index = 0; index < config.path->nelts; ++index)
        settings.path.emplace_back(APR_ARRAY_IDX(config.path, index, const char *));
    settings.path.emplace_back(PYHOOK_PACKAGE_DIRECTORY);
    return settings;
}

} // namespace

Child *Child::here() noexcept { return the_child; }

void Child::start(apr_pool_t *pchild, server_rec *s) noexcept {
    auto *child = new Child(s); // as long as the process: threads may come back to it at any time
    the_child = child;
    apache::before_end<[](Child *leaving) { leaving->end(); }>(pchild, child);
    try {
        child->run(ServerConfig::of(s));
    } catch (const std::exception &failure) {
        apache::log(APLOG_CRIT, s, std::string(code::no_python) + ": Python could not start: " + failure.what());
    }
}

void Child::run(const ServerConfig &config) {
    for (const auto &variable : apache::entries(config.environment))
        setenv(variable.key, variable.val, 1);
    offer_module();
    const auto prepare_or_throw = [](py::Interpreter &interpreter) {
        try {
            prepare(interpreter);
        } catch (const py::error &) {
            std::string reason = "pyhook could not be set up in it";
            for (const std::string &line : py::describe(py::take_exception()))
                reason += "\n" + line;
            throw py::start_error(reason);
        }
    };
    runtime_ = std::make_unique<py::Runtime>(settings_from(config), prepare_or_throw);
    states_.push_back(&State::of(runtime_->main()));
    add_interpreters(config);
    exit_thread_ = std::make_unique<py::ExitThread>(*runtime_, [](py::Interpreter &) {});
    import_plugins(config);
}

void Child::add_interpreters(const ServerConfig &config) {
    for (int index = 0; index < config.interpreters->nelts; ++index) {
        const auto &definition = APR_ARRAY_IDX(config.interpreters, index, InterpreterDefinition);
        State *state = nullptr;
        try {
            state = &State::of(runtime_->add(definition.name));
        } catch (const std::exception &failure) {
            apache::log(APLOG_CRIT, s_,
                        std::string(code::no_interpreter) + ": interpreter '" + definition.name +
                            "' could not start: " + failure.what());
        }
        states_.push_back(state);
    }
}

/// Every interpreter imports every plug-in: a request finds its callables wherever it runs.
void Child::import_plugins(const ServerConfig &config) {
    for (State *state : states_) {
        if (state == nullptr)
            continue;
        py::attached here(state->interpreter);
        for (int index = 0; index < config.imports->nelts; ++index)
            import_plugin(*state, APR_ARRAY_IDX(config.imports, index, const char *), s_);
        if (config.imports->nelts > 0)
            registered_ |= take_registered(*state, s_);
    }
}

State *Child::state_for(const DirConfig &dir) const noexcept {
    const auto index = static_cast<std::size_t>(dir.interpreter.value);
    return index < states_.size() ? states_[index] : nullptr;
}

void Child::end() noexcept {
    if (py::Runtime::forked())
        return;
    if (exit_thread_ && !exit_thread_->run(exit_deadline))
        apache::log(APLOG_WARNING, s_, std::string(code::exit_late) + ": exit functions were given up");
    leave();
}

} // namespace pyhook
