#include "hooks/connections.h"

#include "py/attach.h"

#include "apache/log.h"
#include "apache/pool.h"

#include "hooks/answers.h"
#include "hooks/call.h"
#include "hooks/child.h"
#include "hooks/codes.h"

#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit std::bitset<connection_hook_count> attached_hooks;

constexpr int refused = HTTP_INTERNAL_SERVER_ERROR; // neither OK nor DECLINED: httpd goes no further

/// What a result means; a wrong one is logged, and refuses the connection.
int status_of_result(Connection &view, const ConnectionHook &hook, const Site &site, py::borrowed result) {
    const bool has_spoken = view.stream_ != nullptr && view.stream_->used();
    if (result == Py_None)
        return hook.speaks ? OK : DECLINED;
    if (PyLong_Check(static_cast<PyObject *>(result)) && !PyBool_Check(static_cast<PyObject *>(result))) {
        const long status = PyLong_AsLong(result);
        if (status == OK || status == DONE || (status == DECLINED && !has_spoken))
            return static_cast<int>(status);
        PyErr_Clear();
        if (!hook.speaks && status >= 300 && status < 600)
            return refused;
    }
    const py::ref text = py::check(PyObject_Repr(result));
    report(view.record(), code::wrong_result, site,
           "returned " + std::string(py::text(text).view().substr(0, 200)) +
               (has_spoken ? ": after it has read or written, expected None or OK" : ": expected None, OK or DECLINED"),
           {});
    return refused;
}

/// HTTPError refuses quietly; it has no status to be sent.
int status_of_exception(conn_rec *c, const Site &site) {
    const py::ref exception = py::take_exception();
    if (PyObject_IsInstance(exception.get(), State::current().http_error.get()) == 1)
        apache::log(APLOG_INFO, c, std::string(site.phase) + " " + site.callable + " refuses the connection");
    else if (PyObject_IsInstance(exception.get(), PyExc_ConnectionError) == 1 ||
             PyObject_IsInstance(exception.get(), PyExc_TimeoutError) == 1)
        apache::log(APLOG_INFO, c,
                    std::string(site.phase) + " " + site.callable + ": the client has gone or is silent");
    else
        report(c, code::raised, site, "raised", exception.get());
    return refused;
}

int call_target(State &state, Connection &view, const ConnectionHook &hook, const Target &target) {
    conn_rec *c = view.record();
    const Site site{hook.name, target.spec};
    int status = refused;
    try {
        const py::ref result = py::call(resolve(state, target), static_cast<PyObject *>(&view));
        status = status_of_result(view, hook, site, result);
    } catch (const py::error &) {
        status = status_of_exception(c, site);
    } catch (const Unresolved &problem) {
        report(c, problem.code, site, "can't be called", problem.exception.get());
    }
    if (py::Runtime::forked()) {
        apache::log(APLOG_ERR, c, std::string(code::forked) + ": a process forked by " + site.callable + " came back");
        _exit(1);
    }
    return status;
}

int run_callables(State &state, const ConnectionHook &hook, const Callables &configured, conn_rec *c) {
    Connection &view = *Connection::of(state, c);
    const serving here(c);
    Answers answers(hook.run);
    if (hook.speaks)
        view.stream_ = apache::make<apache::Stream>(c->pool, c);
    bool ended = false;
    for (int at = 0; !ended && at < configured.targets->nelts; ++at)
        ended = answers.add(call_target(state, view, hook, *APR_ARRAY_IDX(configured.targets, at, const Target *)));
    view.stream_ = nullptr;
    return answers.answer();
}

int run_in_python(const ConnectionHook &hook, const Callables &configured, conn_rec *c) noexcept {
    Child *child = Child::here();
    const Placement placement =
        child == nullptr ? Placement() : child->place(DirConfig::of(c->base_server->lookup_defaults), nullptr);
    State *state = placement.state();
    if (state == nullptr) // why, the log said when the child started
        return refused;
    try {
        const py::attached here(state->interpreter);
        try {
            return run_callables(*state, hook, configured, c);
        } catch (const py::error &) {
            return status_of_exception(c, {hook.name, "(its connection)"});
        }
    } catch (const std::bad_alloc &) {
        return refused;
    }
}

/// After Python has spoken, or failed to, no other protocol may go on: the connection closes.
int close_after(conn_rec *c) noexcept {
    c->keepalive = AP_CONN_CLOSE;
    if (c->cs != nullptr)
        c->cs->state = CONN_STATE_LINGER;
    return OK;
}

/// The streams of HTTP/2 have connections of their own, which no client has made.
int run_hook(std::size_t index, conn_rec *c) noexcept {
    const ConnectionHook &hook = connection_hooks[index];
    const Callables &configured = ServerConfig::of(c->base_server).connection[index];
    if (c->master != nullptr || configured.empty())
        return DECLINED;
    const int status = run_in_python(hook, configured, c);
    return hook.speaks && status != DECLINED ? close_after(c) : status;
}

template <std::size_t index> int enter(conn_rec *c) { return run_hook(index, c); }
template <std::size_t index> int enter_accepted(conn_rec *c, void *) { return run_hook(index, c); }

template <std::size_t index> void attach() {
    const ConnectionHook &hook = connection_hooks[index];
    std::visit(
        [&]<class Function>(Attach<Function> *attach) {
            if constexpr (std::is_same_v<Function, ConnectionFunction>)
                attach(&enter<index>, hook.follow, nullptr, APR_HOOK_MIDDLE);
            else
                attach(&enter_accepted<index>, hook.follow, nullptr, APR_HOOK_MIDDLE);
        },
        hook.attach);
}

constexpr auto attachers = []<std::size_t... index>(std::index_sequence<index...>) {
    return std::array{&attach<index>...};
}
(std::make_index_sequence<connection_hook_count>());

/// On the thread of a client's connection, before it has streams.
int expect_streams(conn_rec *c, void *) noexcept {
    if (c->master == nullptr)
        Connection::expect(c);
    return DECLINED;
}

bool speaks_http2(const server_rec *s) noexcept {
    const auto *core = static_cast<const core_server_config *>(ap_get_core_module_config(s->module_config));
    for (int index = 0; core->protocols != nullptr && index < core->protocols->nelts; ++index)
        if (strncmp(APR_ARRAY_IDX(core->protocols, index, const char *), "h2", 2) == 0) // h2c as well
            return true;
    return false;
}

/// httpd has sorted its hooks already when the configuration is known: once more, for the sake of ours.
int look_for_http2(apr_pool_t *, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    while (s != nullptr && !speaks_http2(s))
        s = s->next;
    if (s == nullptr)
        return OK;
    ap_hook_pre_connection(&expect_streams, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    apr_hook_sort_all();
    return OK;
}

} // namespace

void attach_masters() { ap_hook_check_config(&look_for_http2, nullptr, nullptr, APR_HOOK_MIDDLE); }

void attach_connection_hook(std::size_t hook) {
    if (!attached_hooks[hook])
        attachers[hook]();
    attached_hooks[hook] = true;
}

void forget_attached_connection_hooks() { attached_hooks.reset(); }

} // namespace pyhook
