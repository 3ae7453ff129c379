#include "interpreters/interpreters.h"

#include "py/attach.h"

#include "apache/log.h"
#include "apache/mpm.h"
#include "apache/registering.h"
#include "apache/table.h"

#include "call/client_page.h"
#include "call/registered.h"
#include "interpreters/loading.h"
#include "interpreters/prepare.h"
#include "interpreters/status.h"
#include "types/ending.h"
#include "types/module.h"

#include <cstdlib>

#include "py/poison.h"

namespace pyhook {

constinit Interpreters *Interpreters::of_this_process_ = nullptr;

Interpreters::Interpreters(server_rec *s)
    : s_(s), config_(ServerConfig::of(s)), reloads_(apache::was_done(reload_wanted)), tasks_(s) {
    const bool everywhere = config_.imports->nelts > 0;
    pools_.push_back(std::make_unique<InterpreterPool>(everywhere, false));
    for (int index = 1; index <= config_.interpreters->nelts; ++index)
        pools_.push_back(std::make_unique<InterpreterPool>(
            everywhere || definition_at(static_cast<std::size_t>(index)).imports->nelts > 0, reloads_));
    of_this_process_ = this;
}

void Interpreters::start() {
    for (const auto &variable : apache::entries(config_.environment))
        setenv(variable.key, variable.val, 1);
    claim_counters();
    offer_module();
    runtime_ = std::make_unique<py::Runtime>(settings_from(config_), prepare);
    pools_.front()->current().add(State::of(runtime_->main()));
    for (std::size_t index = 1; index < pools_.size(); ++index)
        add_members(pools_[index]->current(), definition_at(index));
}

void Interpreters::close() noexcept {
    for (const auto &pool : pools_)
        pool->current().is_closed = true;
}

void Interpreters::add_members(Generation &members, const InterpreterDefinition &definition) {
    try {
        for (int number = 1; number <= definition.count; ++number)
            members.add(add_member(definition, number));
    } catch (const std::exception &failure) {
        members.reason = failure.what();
        apache::log(APLOG_CRIT, s_,
                    std::string(code::no_interpreter) + ": interpreter '" + definition.name +
                        "' could not start: " + members.reason);
    }
}

State &Interpreters::add_member(const InterpreterDefinition &definition, int number) {
    State &state = State::of(runtime_->add(settings_from(definition, number)));
    const py::attached here(state.interpreter);
    enter_environment(definition);
    return state;
}

void Interpreters::load() {
    for (std::size_t index = 0; index < pools_.size(); ++index) {
        import_plugins(index, pools_[index]->current());
        for (const auto &member : pools_[index]->current().members())
            preload(member->state, static_cast<int>(index), s_);
    }
    tasks_.start();
}

/// Every interpreter imports every plug-in, so that a request finds their callables wherever it runs. If one fails,
/// the phases that it would have guarded are unknown, so the interpreter refuses every request.
void Interpreters::import_plugins(std::size_t index, Generation &generation) {
    const AnotherTry::trying now(generation.plugins);
    const InterpreterDefinition *definition = index == 0 ? nullptr : &definition_at(index);
    std::bitset<phase_count> registered;
    bool whole = !generation.members().empty();
    for (const auto &member : generation.members()) {
        if (!member->registered)
            begin(*member, definition);
        whole = whole && member->registered;
        registered |= member->registered.value_or(0);
    }
    if (whole)
        pools_[index]->set_registered(registered);
    generation.is_closed = !whole;
}

/// Callbacks and tasks wait until all plug-ins are there.
void Interpreters::begin(Member &member, const InterpreterDefinition *definition) {
    const py::attached here(member.state.interpreter);
    if (each_plugin(definition, config_, [this](const PluginLine &line) { return import_plugin(line, s_); }))
        member.registered = begin_serving(member.state, s_);
    if (member.registered)
        take_tasks(member.state);
}

/// Called for a request that found no interpreter. True if it may find one now.
bool Interpreters::import_plugins_again(std::size_t index) noexcept {
    if (!is_ready() || stopping() || py::Interpreter::current() != nullptr || py::forked())
        return false;
    const auto generation = pools_[index]->claim_another_try();
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

void Interpreters::load_again() noexcept {
    const Work::done now(loads_again_);
    try {
        for (std::size_t index = 0; index < pools_.size() && !stopping(); ++index) {
            if (pools_[index]->keep_current()->is_closed)
                import_plugins_again(index);
            for (const StateClaim &member : pools_[index]->claim_states()) {
                if (stopping())
                    return;
                preload(*member, static_cast<int>(index), s_);
            }
        }
    } catch (const std::exception &failure) { // a thread state
        apache::log(APLOG_ERR, s_, std::string(code::import_failed) + ": nothing was loaded again: " + failure.what());
    }
}

void Interpreters::take_tasks(State &state) noexcept {
    try {
        tasks_.take(state);
    } catch (const py::error &) {
        report(s_, code::import_failed, {"PyHookImport", "pyhook.life"}, "failed", py::take_exception().get());
    }
}

/// If code can be replaced, the request is bound to the generation that is asked first: otherwise a guard that an edit
/// moves from one phase to another could be missed in both. If no view can be made, the phase runs, and refuses.
bool Interpreters::has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept {
    InterpreterPool &pool = pool_of(dir);
    if (!pool.is_replaceable() || !pool.imports())
        return pool.imports() && pool.has_registered(phase);
    if (reloads_)
        look_for_edits(dir, r);
    const Placement placement(claim_or_import(dir, r, nullptr));
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

Member *
Interpreters::claim_among(const DirConfig &dir, const request_rec *r, const conn_rec *c, Access access) noexcept {
    if (reloads_) {
        look_for_edits(dir, r);
        if (refuses_old_code(dir, r, access))
            return nullptr;
    }
    return claim_or_import(dir, r, c);
}

void Interpreters::look_for_edits(const DirConfig &dir, const request_rec *r) noexcept {
    if (dir.reload.value && watch_ != nullptr)
        watch_->before(static_cast<std::size_t>(dir.interpreter.value), r);
    if (r != nullptr && apache::is_recycled())
        r->connection->keepalive = AP_CONN_CLOSE; // the client's next request goes to another child
}

/// A developer must not take the old code for the edited one. Only a client that has been let in gets the page: its
/// source and configuration are not for others. A plug-in may have run for such a request in an earlier phase.
bool Interpreters::refuses_old_code(const DirConfig &dir, const request_rec *r, Access access) noexcept {
    InterpreterPool &pool = pool_of(dir);
    if (!pool.has_problem() || r == nullptr || !dir.reload.value || !dir.debug.value ||
        py::Interpreter::current() != nullptr || pool.knows(access == Access::granted ? r->main : r))
        return false;
    if (access != Access::granted)
        return true;
    try {
        const std::vector<StateClaim> states = pool.claim_states(); // another generation may take over meanwhile
        if (states.empty())
            return false;
        State &state = *states.front();
        const py::attached here(state.interpreter);
        set_client_page(const_cast<request_rec *>(r), "PyHookReload", state.interpreter.name().c_str(), pool.problem(),
                        {});
        return true;
    } catch (const std::exception &) { // no thread state or no memory: what was loaded before serves
        return false;
    }
}

Member *Interpreters::claim_or_import(const DirConfig &dir, const request_rec *r, const conn_rec *c) noexcept {
    if (Member *member = claim_as_it_is(dir, r, c))
        return member;
    const bool is_there = import_plugins_again(static_cast<std::size_t>(dir.interpreter.value));
    return is_there ? claim_as_it_is(dir, r, c) : nullptr;
}

bool has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept {
    Interpreters *all = Interpreters::here();
    return all != nullptr && all->has_registered(dir, phase, r);
}

} // namespace pyhook
