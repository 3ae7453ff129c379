#include "server/log_call.h"

#include "py/attach.h"

#include "apache/log.h"

#include "call/callable.h"
#include "call/entry.h"
#include "interpreters/interpreters.h"
#include "types/ending.h"
#include "types/serving.h"

#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *name_of(ServerHook wanted) {
    for (const auto &[hook, name] : logging_hooks)
        if (hook == wanted)
            return name;
    return nullptr;
}

constinit thread_local bool calling = false;

/// Marks that this thread calls Python because of a log entry.
class mark {
public:
    mark() noexcept { calling = true; }
    mark(const mark &) = delete;
    mark &operator=(const mark &) = delete;
    ~mark() { calling = false; }
};

/// The interpreter that this thread is attached to, or null. `known` is false if Python can't be called: in an
/// interpreter that mod_pyhook did not make, or while an extension has released the GIL.
py::Interpreter *interpreter_here(Interpreters &all, bool &known) noexcept {
    py::Interpreter *current = py::Interpreter::current();
    if (!py::is_attached()) {
        known = current == nullptr;
        return nullptr;
    }
    if (current == nullptr) // a thread that Python code started
        for (const auto &pool : all.pools())
            if (State *state = pool->attached_state())
                current = &state->interpreter;
    known = current != nullptr && current->is_attached();
    return current;
}

/// The view, or null if the request is about to end or is not complete yet.
Request *view_of(State &state, const request_rec *r) {
    if (r == nullptr || r->request_config == nullptr || r->per_dir_config == nullptr)
        return nullptr;
    try {
        return Request::of(state, const_cast<request_rec *>(r));
    } catch (const py::error &) {
        PyErr_Clear();
        return nullptr;
    }
}

void report_raised(const LogPlace &place, const Site &site, py::maybe exception) {
    if (place.r != nullptr)
        report(const_cast<request_rec *>(place.r), code::raised, site, "raised", exception);
    else if (place.c != nullptr)
        report(const_cast<conn_rec *>(place.c), code::raised, site, "raised", exception);
    else
        report(const_cast<server_rec *>(place.s), code::raised, site, "raised", exception);
}

struct LogCall {
    const char *name;
    const LogPlace &place;
    const Callables &callables;
    void *visitor;
    detail::Visit *visit;

    void run(State &state) const {
        Request *request = view_of(state, place.r);
        const serving here(const_cast<conn_rec *>(place.c), request);
        const filtering no_output(place.c, Direction::output); // httpd may be amid sending or reading when it logs
        const filtering no_input(place.c, Direction::input);
        const char *outer_phase = request == nullptr ? nullptr : std::exchange(request->phase, name);
        bool more = true;
        for (int at = 0; more && at < callables.size(); ++at)
            more = call(state, request, *callables[at].target);
        if (request != nullptr)
            request->phase = outer_phase;
    }

    bool call(State &state, Request *request, const Target &target) const {
        const Site site{name, target.spec};
        const py::maybe callable = find_loaded(state, target);
        if (!callable) // the log said why when the child started
            return true;
        bool more = true;
        try {
            more = visit(visitor, state, request, *callable);
        } catch (const py::error &) {
            report_raised(place, site, py::take_exception().get());
        }
        if (py::forked())
            _exit(1);
        return more;
    }
};

} // namespace

void detail::call_while_logging(ServerHook hook, const LogPlace &place, void *visitor, Visit *visit) noexcept {
    Interpreters *all = Interpreters::here();
    if (calling || all == nullptr || !all->is_ready() || stopping() || py::forked())
        return;
    const Callables &callables = ServerConfig::of(place.s).callables(hook);
    bool known = false;
    py::Interpreter *before = callables.empty() ? nullptr : interpreter_here(*all, known);
    if (!known)
        return;
    const mark made;
    const py::recognised thread(before);
    std::optional<py::error_kept> kept;
    if (before != nullptr)
        kept.emplace();
    const Placement placement(all->claim_as_it_is(DirConfig::of(place.s->lookup_defaults), place.r));
    State *state = placement.state();
    if (state == nullptr)
        return;
    try {
        const py::attached here(state->interpreter);
        LogCall{name_of(hook), place, callables, visitor, visit}.run(*state);
    } catch (const std::bad_alloc &) { // the log has the entry already
    }
}

} // namespace pyhook
