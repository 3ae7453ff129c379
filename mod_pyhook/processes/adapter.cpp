#include "processes/adapter.h"

#include "py/error.h"
#include "py/thread.h"

#include "call/latency.h"
#include "processes/handler.h"
#include "processes/websocket.h"
#include "websocket/handshake.h"

#include "py/poison.h"

namespace pyhook::processes {

namespace {

int serve_websocket(request_rec *r, const Mount &mount, const ProcessesDefinition &definition) {
    if (const int problem = websocket::check(r); problem != OK)
        return problem;
    try {
        apache::Poller::here().start(&py::start_thread);
    } catch (const py::start_error &) { // then a thread serves it
    }
    auto exchange = std::make_unique<WebSocketExchange>(r, mount, definition);
    const int status = exchange->run();
    if (status == SUSPENDED)
        static_cast<void>(exchange.release());
    return status;
}

} // namespace

int serve(request_rec *r, const Mount &mount, const ProcessesDefinition &definition) {
    if (mount.gateway == Gateway::asgi && websocket::is_asked_for(r))
        return serve_websocket(r, mount, definition);
    const Stopwatch watch;
    const int status = mount.gateway == Gateway::handler ? HandlerExchange(r, mount, definition).run()
                                                         : ApplicationExchange(r, mount, definition).run();
    watch.stop(latency_of(definition.name, {name_of(mount.gateway), mount.application->spec}));
    return status;
}

} // namespace pyhook::processes
