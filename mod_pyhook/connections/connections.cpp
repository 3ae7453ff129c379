#include "connections/connections.h"

#include "py/attach.h"

#include "apache/log.h"
#include "apache/pool.h"
#include "apache/registering.h"

#include "call/exception.h"
#include "call/forked.h"
#include "call/latency.h"
#include "call/result.h"
#include "interpreters/interpreters.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr int refused = HTTP_INTERNAL_SERVER_ERROR; // neither OK nor DECLINED: httpd goes no further

/// If a hook that may speak returns None after it has spoken, it has served the connection; otherwise OK is meant.
constexpr ResultRule asked_rule{.none = DECLINED,
                                .may_decline = true,
                                .may_end = false,
                                .least_status = 300,
                                .expected = "expected None, OK or DECLINED"};
constexpr ResultRule silent_rule{
    .none = OK, .may_decline = true, .may_end = true, .least_status = no_status, .expected = asked_rule.expected};
constexpr ResultRule spoken_rule{.none = OK,
                                 .may_decline = false,
                                 .may_end = true,
                                 .least_status = no_status,
                                 .expected = "after it has read or written, expected None or OK"};

const ResultRule &rule_of(const Connection &view, const ConnectionHook &hook) {
    const bool has_spoken = view.stream_ != nullptr && view.stream_->used();
    return !hook.speaks ? asked_rule : has_spoken ? spoken_rule : silent_rule;
}

/// Runs `call` and gives httpd's status for its result or its failure, which is logged.
template <class Call> int outcome(Connection &view, const ConnectionHook &hook, const Site &site, Call call) {
    conn_rec *c = view.record();
    int status = refused;
    try {
        const leaving_if_forked here(c->base_server, site);
        const py::ref result = call();
        status = status_of_result(c, rule_of(view, hook), site, result);
    } catch (const py::error &) {
        status = status_of_exception(c, site);
    } catch (const Unresolved &problem) {
        status = status_of(c, site, problem);
    }
    return status;
}

/// While this exists, the callable may read and write the connection.
class speaking {
public:
    speaking(Connection &view, conn_rec *c) : view_(view) { view.stream_ = apache::make<apache::Stream>(c->pool, c); }
    speaking(const speaking &) = delete;
    speaking &operator=(const speaking &) = delete;
    ~speaking() { view_.stream_ = nullptr; }

private:
    Connection &view_;
};

int run_callables(State &state, const ConnectionHook &hook, const Callables &configured, conn_rec *c) {
    Connection &view = *Connection::of(state, c);
    const serving here(c);
    std::optional<speaking> stream;
    if (hook.speaks)
        stream.emplace(view, c);
    Answers answers(hook.run);
    bool ended = false;
    for (int at = 0; !ended && at < configured.size(); ++at) {
        const Target &target = *configured[at].target;
        const Site site{hook.name, target.spec};
        ended = answers.add(outcome(view, hook, site, [&] {
            const py::borrowed callable = resolve(state, target);
            const measured time(state, site);
            return py::call(callable, static_cast<PyObject *>(&view));
        }));
    }
    return answers.answer();
}

constexpr ConnectionHook protocol{.name = "protocol_switch",
                                  .directive = nullptr,
                                  .attach = {},
                                  .run = Run::first,
                                  .speaks = true,
                                  .follow = nullptr,
                                  .help = nullptr};

int run_protocol(State &state, const Choice &choice, conn_rec *c, request_rec *r) {
    Connection &view = *Connection::of(state, c);
    Request *request = r == nullptr ? nullptr : Request::of(state, r);
    const py::ref shown = request == nullptr ? py::none() : py::ref::share(request);
    const serving here(c, request);
    const speaking stream(view, c);
    if (request != nullptr)
        request->phase = protocol.name;
    return outcome(view, protocol, {protocol.name, choice.spec()},
                   [&] { return py::call(resolve(state, choice), static_cast<PyObject *>(&view), shown); });
}

/// Calls `run(state)` in the interpreter of the place.
template <class Run>
int in_python(const DirConfig &dir, const char *name, conn_rec *c, request_rec *r, Run run) noexcept {
    const Placement placement = place(dir, r, c);
    State *state = placement.state();
    if (state == nullptr) // the log said why when the child started
        return refused;
    try {
        const py::attached here(state->interpreter);
        try {
            return run(*state);
        } catch (const py::error &) {
            return status_of_exception(c, {name, "(its connection)"});
        }
    } catch (const std::bad_alloc &) {
        return refused;
    }
}

const DirConfig &dir_of(const conn_rec *c) { return DirConfig::of(c->base_server->lookup_defaults); }

constexpr const char *left_note = "pyhook:left-to-http";

/// The event MPM runs the hook again whenever a connection comes back to a thread. By then HTTP has used the
/// connection.
bool is_left_to_http(const conn_rec *c) { return apr_table_get(c->notes, left_note) != nullptr; }
void leave_to_http(conn_rec *c) { apr_table_setn(c->notes, left_note, "1"); }

/// HTTP/2 gives each stream a connection record of its own. No client has made those, so they run no hook.
int run_hook(std::size_t index, conn_rec *c) noexcept {
    const ConnectionHook &hook = connection_hooks[index];
    const Callables &configured = ServerConfig::of(c->base_server).connection[index];
    if (c->master != nullptr || configured.empty() || (hook.speaks && is_left_to_http(c)))
        return DECLINED;
    const int status = in_python(dir_of(c), hook.name, c, nullptr,
                                 [&](State &state) { return run_callables(state, hook, configured, c); });
    if (hook.speaks && status == DECLINED)
        leave_to_http(c);
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

constexpr auto attachers = apache::numbered<connection_hook_count>([]<std::size_t index>() { return &attach<index>; });

/// Runs on the thread of a client's connection, before the connection has streams.
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

/// Runs when httpd has sorted its hooks already, so a hook added here needs another sorting.
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

void speak(const Choice &choice, conn_rec *c, request_rec *r) noexcept {
    in_python(r == nullptr ? dir_of(c) : DirConfig::of(r->per_dir_config), protocol.name, c, r,
              [&](State &state) { return run_protocol(state, choice, c, r); });
}

int close_after(conn_rec *c) noexcept {
    c->keepalive = AP_CONN_CLOSE;
    if (c->cs != nullptr)
        c->cs->state = CONN_STATE_LINGER;
    return OK;
}

void attach_connection_hook(std::size_t hook) {
    if (apache::first_time(connection_hooks[hook].directive))
        attachers[hook]();
}

} // namespace pyhook
