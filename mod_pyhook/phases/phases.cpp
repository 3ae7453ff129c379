#include "phases/phases.h"

#include "py/attach.h"

#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/registering.h"

#include "call/client_page.h"
#include "call/entry.h"
#include "call/exception.h"
#include "call/forked.h"
#include "call/latency.h"
#include "call/registered.h"
#include "call/result.h"
#include "call/transmission.h"
#include "interpreters/interpreters.h"
#include "loops/coroutine.h"
#include "phases/answer.h"
#include "phases/special_phases.h"
#include "processes/adapter.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t handler_phase = phase_index("handler");
constexpr std::size_t insert_filter_phase = phase_index("insert_filter");
constexpr std::size_t pre_translate_phase = phase_index("pre_translate_name");
constexpr std::size_t log_phase = phase_index("log_transaction");
constexpr const char *handler_name = "pyhook";
constexpr Callables no_callables;

[[gnu::always_inline]] inline int call_one(const PhaseRun &run, const Site &site, py::borrowed callable) {
    const Phase &phase = run.phase;
    request_rec *r = run.request.record();
    measured time(*run.request.state, site);
    try {
        const py::ref result = py::call(callable, static_cast<PyObject *>(&run.request));
        leave_if_forked(r, site);
        if (!makes_content(phase.result) && result.get() == Py_None)
            return DECLINED;
        if (makes_content(phase.result) && is_asynchronous(result)) {
            const int status = answer_on_loop(run, site, result);
            if (status == SUSPENDED)
                time.leave();
            return status;
        }
        const int status = answer_with(run, site, result);
        return phase.result == Result::logging ? DECLINED : status; // whatever it says, the other modules still log
    } catch (const py::error &) {
        leave_if_forked(r, site);
        return failed(r, phase, site, status_of_exception(r, site));
    }
}

[[gnu::always_inline]] inline int call_placed(const PhaseRun &run, const Placed &placed) {
    const Site site{run.phase.name, placed.target->spec};
    run.request.place = &placed.place;
    try {
        const py::borrowed callable = resolve(*run.request.state, *placed.target);
        if (makes_content(run.phase.result))
            let_loop_call(*run.request.state, *placed.target, callable);
        return call_one(run, site, callable);
    } catch (const Unresolved &problem) {
        request_rec *r = run.request.record();
        return failed(r, run.phase, site, status_of(r, site, problem));
    }
}

/// Adds the answers of what plug-ins have registered.
[[gnu::noinline]] void run_registered(const PhaseRun &run, std::size_t index, Answers &answers) {
    run.request.place = nullptr;
    for (const Registered &registered : registered_for(*run.request.state, index))
        if (answers.add(call_one(run, {run.phase.name, registered.name.c_str()}, registered.callable)))
            return;
}

[[gnu::always_inline]] inline int
run_callables(Request &request, std::size_t index, const Callables &configured, Transmission *body) {
    const Phase &phase = phases[index];
    const PhaseRun run{request, phase, body};
    const serving here(request.connection, &request);
    const char *outer_phase = std::exchange(request.phase, phase.name);
    const apache::Place *outer_place = request.place;
    Answers answers(phase.run);
    bool ended = false;
    for (int at = 0; !ended && at < configured.size(); ++at)
        ended = answers.add(call_placed(run, configured[at]));
    if (!ended && request.state->has_registered(index))
        run_registered(run, index, answers);
    if (answers.answer() == SUSPENDED) // other threads use the request now
        return SUSPENDED;
    request.phase = outer_phase;
    request.place = outer_place;
    return answers.answer();
}

/// The status of a phase that cannot call Python.
int unasked(const Phase &phase, request_rec *r) {
    return phase.result == Result::logging ? DECLINED : without_interpreter(r);
}

[[gnu::always_inline]] inline int
attach_and_run(State &state, request_rec *r, std::size_t index, const Callables &configured, Transmission *body) {
    const py::attached here(state.interpreter);
    Request *request = Request::find(state, r);
    return request == nullptr ? unasked(phases[index], r) : run_callables(*request, index, configured, body);
}

[[gnu::noinline]] int run_with_body(State &state, request_rec *r, std::size_t index, const Callables &configured) {
    if (state.has_called_by_loop.load(std::memory_order_relaxed) && configured.size() == 1 &&
        !state.has_registered(index) && is_called_by_loop(state, *configured[0].target))
        return call_on_loop(state, r, phases[index], configured[0]);
    Transmission body(r);
    const int status = attach_and_run(state, r, index, configured, &body);
    if (status != SUSPENDED)
        body.finish();
    return status;
}

/// True if the request has been answered, by an internal redirect or by httpd: later phases are left out.
bool is_over(const Phase &phase, const request_rec *r) { return r->eos_sent != 0 && phase.result != Result::logging; }

/// httpd serves the content after a redirect of pre_translate_name, where it takes errors only. It gets an error, and
/// the client gets the redirect.
int told_to_httpd(std::size_t index, request_rec *r, int status) {
    if (index != pre_translate_phase || !ap_is_HTTP_REDIRECT(status))
        return status;
    refuse_content(r, status);
    return HTTP_INTERNAL_SERVER_ERROR;
}

/// choose_handler has most often set the very same pointer.
bool is_ours(const char *handler) { return handler == handler_name || strcmp(handler, handler_name) == 0; }

/// Asks the content handlers of a place that PyHookRunIn sends to processes.
int run_in_processes(request_rec *r, const Callables &configured, const ProcessesDefinition &definition) noexcept try {
    Answers answers(phases[handler_phase].run);
    for (int at = 0; at < configured.size(); ++at) {
        const Placed &placed = configured[at];
        const Mount mount{.gateway = Gateway::handler, .application = placed.target, .place = placed.place};
        if (answers.add(processes::serve(r, mount, definition)))
            break;
    }
    return answers.answer();
} catch (const std::bad_alloc &) {
    return HTTP_INTERNAL_SERVER_ERROR;
}

int run_phase(std::size_t index, request_rec *r) noexcept {
    if (is_over(phases[index], r))
        return DONE;
    const DirConfig &dir = DirConfig::of(r->per_dir_config);
    const Callables &configured = index != handler_phase || is_ours(r->handler) ? dir.callables[index] : no_callables;
    if (configured.empty() && !has_registered(dir, index, r))
        return DECLINED;
    if (index == handler_phase && dir.processes.value != nullptr && !configured.empty())
        return run_in_processes(r, configured, *dir.processes.value);
    const Placement placement = place(dir, r, nullptr, index == handler_phase ? Access::granted : Access::undecided);
    State *state = placement.state();
    if (state == nullptr)
        return unasked(phases[index], r);
    while (phases[index].result == Result::logging && r->next != nullptr) // as mod_log_config does
        r = r->next;
    try {
        const int status = makes_content(phases[index].result) ? run_with_body(*state, r, index, configured)
                                                               : attach_and_run(*state, r, index, configured, nullptr);
        if (status == SUSPENDED)
            return status;
        return is_over(phases[index], r) ? DONE : told_to_httpd(index, r, status);
    } catch (const std::bad_alloc &) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
}

/// The functions that httpd calls for row `index` of the table, by the signature of its hook.
template <std::size_t index> int enter(request_rec *r) {
    return index == log_phase && is_stream_logged(r) ? DECLINED : run_phase(index, r);
}

int log_stream(request_rec *r) { return run_phase(log_phase, r); }

template <std::size_t index> void enter_void(request_rec *r) {
    const int status = run_phase(index, r);
    if (index == insert_filter_phase && status != OK && status != DECLINED)
        refuse_unfiltered(r, status < 0 && !is_over(phases[index], r) ? HTTP_INTERNAL_SERVER_ERROR : status);
}

template <std::size_t index> int enter_lookup(request_rec *r, int lookup) {
    return lookup != 0 ? DECLINED : run_phase(index, r);
}

/// The scheme is the request's AuthType.
template <std::size_t index> int enter_scheme(request_rec *r, const char *) { return run_phase(index, r); }

template <std::size_t index> void attach() {
    const auto hook = [](auto attach, auto *function) {
        attach(function, phases[index].follow, phases[index].precede, APR_HOOK_MIDDLE);
    };
    std::visit(
        [&]<class Hook>(Attach<Hook> *attach) {
            if constexpr (std::is_same_v<Hook, RequestHook>)
                hook(attach, &enter<index>);
            else if constexpr (std::is_same_v<Hook, VoidHook>)
                hook(attach, &enter_void<index>);
            else if constexpr (std::is_same_v<Hook, SchemeHook>)
                hook(attach, &enter_scheme<index>);
            else
                hook(attach, &enter_lookup<index>);
        },
        phases[index].attach);
}

constexpr auto attachers = apache::numbered<phase_count>([]<std::size_t index>() { return &attach<index>; });

/// True if the handler stands outside all sections: then an application that is mounted at a URL comes first.
bool is_everywhere(const request_rec *r, const Callables &handler) {
    return handler.placed == DirConfig::of(r->server->lookup_defaults).callables[handler_phase].placed;
}

/// PyHookHandler names the handler by itself. A fixup written in Python runs later and may still choose another one.
int choose_handler(request_rec *r) {
    const Callables &handler = DirConfig::of(r->per_dir_config).callables[handler_phase];
    const bool is_taken = is_gateway(r->handler);
    if (!handler.empty() && !(is_taken && is_everywhere(r, handler)))
        r->handler = handler_name;
    return DECLINED;
}

} // namespace

void attach_phase(std::size_t phase) {
    if (!apache::first_time(phases[phase].directive))
        return;
    apache::attach_error_pages();
    if (access_phases[phase] && apache::first_time("pyhook:per-uri"))
        attach_per_uri();
    attachers[phase]();
    if (makes_content(phases[phase].result))
        apache::attach_whole();
    if (phase == handler_phase)
        ap_hook_fixups(&choose_handler, nullptr, nullptr, APR_HOOK_FIRST);
    if (phase == insert_filter_phase)
        attach_unfiltered();
    if (phase == pre_translate_phase)
        attach_refusal();
    if (phase == log_phase)
        attach_stream_log(&log_stream);
}

void attach_all_phases() {
    for (std::size_t phase = 0; phase < phase_count; ++phase)
        attach_phase(phase);
}

} // namespace pyhook
