#include "hooks/child.h"

#include "py/attach.h"

#include "apache/log.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "hooks/auth_providers.h"
#include "hooks/call.h"
#include "hooks/callbacks.h"
#include "hooks/codes.h"
#include "hooks/prepare.h"
#include "hooks/status.h"
#include "types/ending.h"
#include "types/module.h"

#include <cstdlib>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit Child *the_child = nullptr;

// httpd kills a child that takes 10 seconds.
constexpr std::chrono::seconds task_deadline{3};
constexpr std::chrono::seconds exit_deadline{5};

/// Into the attached interpreter. Nothing if a module could not be imported.
std::optional<std::bitset<phase_count>> import_into(State &state, const ServerConfig &config, server_rec *s) {
    for (int index = 0; index < config.imports->nelts; ++index)
        if (!import_plugin(APR_ARRAY_IDX(config.imports, index, const char *), s))
            return std::nullopt;
    return take_registered(state, s);
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
    if (config.imports->nelts > 0)
        registered_.set(); // until the plug-ins have said what they want
    for (const auto &variable : apache::entries(config.environment))
        setenv(variable.key, variable.val, 1);
    claim_counters();
    offer_module();
    runtime_ = std::make_unique<py::Runtime>(settings_from(config), prepare);
    pools_.emplace_back().add(State::of(runtime_->main()));
    for (int index = 0; index < config.interpreters->nelts; ++index)
        add_pool(APR_ARRAY_IDX(config.interpreters, index, InterpreterDefinition));
    exit_thread_ =
        std::make_unique<py::ExitThread>(*runtime_, [this](py::Interpreter &) { run_callbacks("exit", s_); });
    import_plugins(config);
    tasks_.start();
}

void Child::add_pool(const InterpreterDefinition &definition) {
    Pool &pool = pools_.emplace_back();
    try {
        for (int number = 1; number <= definition.count; ++number)
            pool.add(add_member(definition, definition.count == 1 ? 0 : number));
    } catch (const std::exception &failure) {
        apache::log(APLOG_CRIT, s_,
                    std::string(code::no_interpreter) + ": interpreter '" + definition.name +
                        "' could not start: " + failure.what());
    }
}

State &Child::add_member(const InterpreterDefinition &definition, int number) {
    State &state = State::of(runtime_->add(settings_from(definition, number)));
    const py::attached here(state.interpreter);
    enter_environment(definition);
    for (int index = 0; index < definition.imports->nelts; ++index)
        import_plugin(APR_ARRAY_IDX(definition.imports, index, const char *), s_);
    return state;
}

/// Every interpreter imports every plug-in: a request finds its callables wherever it runs. Where one fails, nobody
/// knows which phases it would have guarded: what runs there is refused in all of them.
void Child::import_plugins(const ServerConfig &config) {
    std::bitset<phase_count> registered;
    bool complete = true;
    for (Pool &pool : pools_) {
        bool whole = !pool.members().empty();
        for (const auto &member : pool.members()) {
            const py::attached here(member->state.interpreter);
            const auto taken = import_into(member->state, config, s_);
            whole = whole && taken;
            registered |= taken.value_or(0);
            run_callbacks("child_init", s_);
            take_tasks(member->state);
        }
        if (!whole)
            pool.close();
        complete = complete && whole;
    }
    if (complete || config.imports->nelts == 0)
        registered_ = registered;
    // With several interpreters only the first request shows which one a line is for.
    if (pools_.size() == 1 && !pools_.front().members().empty()) {
        State &only = pools_.front().members().front()->state;
        const py::attached here(only.interpreter);
        parse_require_lines(only, s_);
    }
}

void Child::take_tasks(State &state) noexcept {
    try {
        tasks_.take(state);
    } catch (const py::error &) {
        report(s_, code::import_failed, {"PyHookImport", "pyhook.life"}, "failed", py::take_exception().get());
    }
}

Placement Child::place(const DirConfig &dir, const request_rec *r) noexcept {
    const auto index = static_cast<std::size_t>(dir.interpreter.value);
    return index < pools_.size() ? pools_[index].place(r) : Placement();
}

void Child::end() noexcept {
    if (py::Runtime::forked())
        return;
    stop_tasks();
    if (py::Interpreter::current() == nullptr) // under prefork a signal may have interrupted Python on this thread
        tasks_.wait(Tasks::Clock::now() + task_deadline);
    if (exit_thread_ && !exit_thread_->run(exit_deadline))
        apache::log(APLOG_WARNING, s_, std::string(code::exit_late) + ": exit functions were given up");
    leave();
    release_counters();
}

} // namespace pyhook
