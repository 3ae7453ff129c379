#include "asgi/adapter.h"

#include "py/attach.h"

#include "asgi/exchange.h"
#include "asgi/state.h"
#include "asgi/websocket.h"
#include "call/exception.h"
#include "config/config.h"
#include "websocket/handshake.h"

#include "py/poison.h"

namespace pyhook::asgi {

namespace {

/// Imports the application, where an import may take long, and starts the loop. Returns OK if both are there.
int prepare(State &state, request_rec *r, const Mount &mount) {
    const py::attached here(state.interpreter);
    const Site site{name_of(mount.gateway), mount.application->spec};
    try {
        Exchange::check_may_wait();
        resolve(state, *mount.application);
        Loop::of(state);
        state.kept<AsgiState>().set_ready(mount);
        return OK;
    } catch (const Unresolved &problem) {
        return status_of(r, site, problem);
    } catch (const py::error &) {
        return status_of_exception(r, site);
    }
}

} // namespace

AsgiState::AsgiState()
    : exchange(HTTPObject::make_type()), websocket(WebSocketObject::make_type()),
      begin(py::attribute(py::import("pyhook.asgi"), "begin")),
      begin_websocket(py::attribute(py::import("pyhook.asgi"), "begin_websocket")),
      begin_handler(py::attribute(py::import("pyhook.socket_tasks"), "begin")) {}

int serve(State &state, request_rec *r, const Mount &mount) {
    if (apache::has_unknown_coding(r))
        return HTTP_NOT_IMPLEMENTED;
    const AsgiState *kept = state.kept_already<AsgiState>();
    if (kept == nullptr || !kept->is_ready(mount) || Custody::here() != nullptr)
        if (const int problem = prepare(state, r, mount); problem != OK)
            return problem;
    const bool is_websocket = websocket::is_asked_for(r);
    if (const int problem = is_websocket ? websocket::check(r) : OK; problem != OK)
        return problem;
    Loop &loop = *Loop::already(state);
    const Exchange::Patience patience = DirConfig::of(r->per_dir_config).patience.value;
    std::unique_ptr<HTTPExchange> exchange;
    if (is_websocket)
        exchange = std::make_unique<WebSocketExchange>(loop, state, r, mount, patience);
    else
        exchange = std::make_unique<HTTPExchange>(loop, state, r, mount, patience);
    const int status = exchange->run();
    if (status == SUSPENDED)
        static_cast<void>(exchange.release());
    return status;
}

} // namespace pyhook::asgi
