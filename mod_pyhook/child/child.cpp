#include "child/child.h"

#include "py/attach.h"

#include "apache/leaving.h"
#include "apache/log.h"
#include "apache/orders.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "call/callable.h"
#include "call/forked.h"
#include "call/registered.h"
#include "child/prepare.h"
#include "child/status.h"
#include "loops/loop.h"
#include "server/log_call.h"
#include "sockets/sockets.h"
#include "types/ending.h"
#include "types/module.h"

#include <cstdlib>
#include <thread>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit Child *the_child = nullptr;

/// Imports a module that the configuration names at `site`; false after a failure, which is logged.
bool import_plugin(const Site &site, const char *module, server_rec *s) noexcept {
    try {
        const leaving_if_forked here(s, {site.phase, module});
        load_plugin(module);
        return true;
    } catch (const py::error &) {
        const py::ref exception = py::take_exception();
        report(s, code::import_failed, site,
               "can't be imported in interpreter '" + State::current().interpreter.name() + "'", exception.get());
        if (reloading_wanted())
            note_failure(exception);
        return false;
    }
}

/// In the attached interpreter.
bool import_all(const char *directive, const char *key, const apr_array_header_t *modules, server_rec *s) noexcept {
    for (int index = 0; index < modules->nelts; ++index) {
        const char *module = APR_ARRAY_IDX(modules, index, const char *);
        const std::string words = std::string(key) + module;
        if (!import_plugin({directive, words.c_str()}, module, s))
            return false;
    }
    return true;
}

const InterpreterDefinition &definition_at(const ServerConfig &config, std::size_t index) {
    return APR_ARRAY_IDX(config.interpreters, static_cast<int>(index), InterpreterDefinition);
}

/// Does the section stand at the place or above it?
bool leads_to(const core_dir_config &section, const apache::Place &place) {
    if (section.d == nullptr || section.d_is_fnmatch != 0 || section.r != nullptr)
        return false;
    std::string_view path = section.d;
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const std::string_view at = place.url != nullptr ? place.url : place.directory;
    return at.starts_with(path) && (at.size() == path.size() || at[path.size()] == '/');
}

/// The interpreter that the requests of a preloaded application run in, as far as the configuration says it by names:
/// what a pattern or a condition sends elsewhere is loaded there at its first request.
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
            chosen = Setting<int>::merged(chosen, DirConfig::of(config).interpreter);
    }
    return chosen.value;
}

} // namespace

Child *Child::here() noexcept { return the_child; }

Child::Child(server_rec *s) : s_(s), config_(ServerConfig::of(s)), tasks_(s), reloading_(*this, s) {
    const bool everywhere = config_.imports->nelts > 0;
    pools_.emplace_back(everywhere, false);
    for (int index = 0; index < config_.interpreters->nelts; ++index)
        pools_.emplace_back(everywhere || definition_at(config_, static_cast<std::size_t>(index)).imports->nelts > 0,
                            reloading_wanted());
}

void Child::start(apr_pool_t *pchild, server_rec *s) noexcept {
    auto *child = new Child(s); // as long as the process: threads may come back to it at any time
    the_child = child;
    apache::before_end<[](Child *leaving) { leaving->end(); }>(pchild, child);
    try {
        child->run();
    } catch (const std::exception &failure) {
        child->give_up(failure.what());
    }
}

void Child::give_up(const char *reason) noexcept {
    apache::log(APLOG_CRIT, s_, std::string(code::no_python) + ": Python could not start: " + reason);
    for (Pool &pool : pools_)
        pool.current().is_closed = true;
}

void Child::run() {
    for (const auto &variable : apache::entries(config_.environment))
        setenv(variable.key, variable.val, 1);
    claim_counters();
    offer_module();
    runtime_ = std::make_unique<py::Runtime>(settings_from(config_), prepare);
    pools_.front().current().add(State::of(runtime_->main()));
    for (std::size_t index = 1; index < pools_.size(); ++index)
        add_members(pools_[index].current(), definition_at(config_, index - 1));
    exit_thread_ =
        std::make_unique<py::ExitThread>(*runtime_, [this](py::Interpreter &) { run_callbacks("exit", s_); });
    leaving_.start([this] { end_without_callables(); });
    import_plugins();
    tasks_.start();
    if (reloading_wanted())
        reloading_.start();
    apache::end_unless(&is_in_a_callable);
    ready_.store(true, std::memory_order_release);
}

void Child::add_members(Generation &members, const InterpreterDefinition &definition) {
    try {
        for (int number = 1; number <= definition.count; ++number)
            members.add(add_member(definition, definition.count == 1 ? 0 : number));
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
    return state;
}

void Child::import_plugins() {
    for (std::size_t index = 0; index < pools_.size(); ++index) {
        import_plugins(index, pools_[index].current());
        for (const auto &member : pools_[index].current().members())
            preload(member->state, static_cast<int>(index));
    }
    // With several interpreters only the first request shows which one a line is for.
    if (pools_.size() == 1 && !pools_.front().current().is_closed) {
        State &only = pools_.front().current().members().front()->state;
        const py::attached here(only.interpreter);
        parse_require_lines(only, s_);
    }
}

/// An application that can't be loaded answers 500 itself; nothing else is refused because of it.
void Child::preload(State &state, int interpreter) noexcept {
    const py::attached here(state.interpreter);
    for (server_rec *s = s_; s != nullptr; s = s->next) {
        const apr_array_header_t *preloads = ServerConfig::of(s).preloads;
        for (int index = 0; index < preloads->nelts; ++index)
            if (const Preload &wanted = APR_ARRAY_IDX(preloads, index, Preload);
                interpreter_of(wanted, s) == interpreter)
                load_early(state, "wsgi", *wanted.mount->application, s);
    }
}

/// Every interpreter imports every plug-in: a request finds its callables wherever it runs. Where one fails, nobody
/// knows which phases it would have guarded: what runs there is refused in all of them.
void Child::import_plugins(std::size_t index, Generation &generation) {
    const AnotherTry::trying now(generation.plugins);
    const InterpreterDefinition *definition = index == 0 ? nullptr : &definition_at(config_, index - 1);
    std::bitset<phase_count> registered;
    bool whole = !generation.members().empty();
    for (const auto &member : generation.members()) {
        if (!member->registered)
            begin(*member, definition);
        whole = whole && member->registered;
        registered |= member->registered.value_or(0);
    }
    if (whole)
        pools_[index].set_registered(registered);
    generation.is_closed = !whole;
}

/// Callbacks and tasks wait until all plug-ins are there.
void Child::begin(Member &member, const InterpreterDefinition *definition) {
    const py::attached here(member.state.interpreter);
    member.registered = import_into(member.state, definition);
    if (!member.registered)
        return;
    run_callbacks("child_init", s_);
    prepare_log_calls(member.state, s_);
    take_tasks(member.state);
}

/// By a request that found no interpreter. True if it finds one now.
bool Child::import_plugins_again(std::size_t index) noexcept {
    if (!is_ready() || stopping() || py::Interpreter::current() != nullptr || py::forked())
        return false;
    const auto generation = pools_[index].claim_another_try();
    if (!generation)
        return false;
    try {
        import_plugins(index, *generation);
        tasks_.start();
    } catch (const std::exception &failure) { // a thread or its state
        apache::log(APLOG_ERR, s_, std::string(code::import_failed) + ": PyHookImport: " + failure.what());
    }
    return !generation->is_closed;
}

/// Nothing if a module could not be imported.
std::optional<std::bitset<phase_count>> Child::import_into(State &state,
                                                           const InterpreterDefinition *definition) noexcept {
    if ((definition != nullptr && !import_all("PyHookInterpreter", "import=", definition->imports, s_)) ||
        !import_all("PyHookImport", "", config_.imports, s_))
        return std::nullopt;
    return take_registered(state, s_);
}

void Child::take_tasks(State &state) noexcept {
    try {
        tasks_.take(state);
    } catch (const py::error &) {
        report(s_, code::import_failed, {"PyHookImport", "pyhook.life"}, "failed", py::take_exception().get());
    }
}

/// Where code can be replaced, the request stays with the code that is asked first: a guard that has moved from one
/// phase to another would otherwise be missed in both. Where that can't be, the phase finds out, and refuses.
bool Child::has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept {
    Pool &pool = pools_[static_cast<std::size_t>(dir.interpreter.value)];
    if (!pool.is_replaceable() || !pool.imports())
        return pool.imports() && pool.has_registered(phase);
    const Placement placement = place(dir, r);
    State *state = placement.state();
    try {
        if (state != nullptr && !pool.knows(r)) {
            const py::attached here(state->interpreter);
            Request::find(*state, r);
        }
        return state == nullptr || !registered_for(*state, phase).empty();
    } catch (const std::exception &) {
        return true;
    }
}

Placement Child::place(const DirConfig &dir, const request_rec *r, const conn_rec *c) noexcept {
    const auto index = static_cast<std::size_t>(dir.interpreter.value);
    if (dir.reload.value)
        reloading_.before(index, r);
    if (r != nullptr && reloading_wanted() && apache::leaves_gracefully())
        r->connection->keepalive = AP_CONN_CLOSE; // the client's next request goes to another child
    Placement placement = place_as_it_is(dir, r, c);
    if (placement.state() == nullptr && import_plugins_again(index))
        return place_as_it_is(dir, r, c);
    return placement;
}

Placement Child::place_as_it_is(const DirConfig &dir, const request_rec *r, const conn_rec *c) noexcept {
    return pools_[static_cast<std::size_t>(dir.interpreter.value)].place(r, r != nullptr ? r->connection : c);
}

void Child::stop(bool gracefully) noexcept {
    const auto hurry = []() noexcept {
        begin_stopping_at_once();
        the_child->leaving_.begin();
    };
    if (gracefully)
        apache::when_hurried(hurry);
    else
        hurry();
}

/// In the signal handler of prefork's order to end at once. A callable that it has interrupted goes on, for the time
/// that it gets under every MPM: the end needs Python, which this thread may hold.
bool Child::is_in_a_callable() noexcept {
    if (py::Interpreter::current() == nullptr || py::forked())
        return false;
    stop_tasks();
    the_child->leaving_.begin();
    return true;
}

/// httpd waits for its threads, and on one of them a callable does not return.
void Child::end_without_callables() noexcept {
    if (ending_.test_and_set())
        return;
    apache::log(APLOG_WARNING, s_,
                std::string(code::no_return) + ": a request did not end in time: the child ends without it");
    run_exit_functions();
    _exit(0);
}

/// Event loops close: what their tasks do at their end is done before the exit functions run.
void Child::stop_loops(std::chrono::steady_clock::time_point end) noexcept {
    constexpr std::chrono::milliseconds look_again{5};
    const auto have_stopped = [this] {
        bool all = true;
        for (Pool &pool : pools_)
            for (const auto &member : pool.current().members())
                all = Loop::stop(member->state) && all;
        return all;
    };
    while (!have_stopped() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(look_again);
}

void Child::wait_for_work(std::chrono::steady_clock::time_point end) noexcept {
    stop_loops(end);
    tasks_.wait(end);
    reloading_.wait(end);
}

void Child::end() noexcept {
    if (py::forked())
        return;
    while (ending_.test_and_set()) // the process ends as soon as the exit functions have run
        pause();
    stop_tasks();
    leaving_.begin();
    if (py::Interpreter::current() == nullptr) // under prefork a signal may have interrupted Python on this thread
        wait_for_work(leaving_.until(Leaving::for_tasks));
    run_exit_functions();
}

void Child::run_exit_functions() noexcept {
    if (exit_thread_ && !exit_thread_->run(leaving_.until(Leaving::for_exit_functions)))
        apache::log(APLOG_WARNING, s_, std::string(code::exit_late) + ": exit functions were given up");
    leave();
    release_counters();
}

} // namespace pyhook
