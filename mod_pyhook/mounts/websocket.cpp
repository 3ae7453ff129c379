#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/registering.h"

#include "asgi/adapter.h"
#include "call/client_page.h"
#include "call/entry.h"
#include "config/config.h"
#include "interpreters/interpreters.h"
#include "mounts/mounts.h"
#include "websocket/handshake.h"

#include <new>

#include "py/poison.h"

namespace pyhook::mounts {

namespace {

/// A request that is not for a WebSocket may have another handler here. Otherwise it is told what to ask for (RFC 9110,
/// 15.5.22).
int refuse(request_rec *r) {
    const DirConfig &dir = DirConfig::of(r->per_dir_config);
    if (is_gateway(r->handler) || !dir.callables[phase_index("handler")].empty())
        return DECLINED;
    apr_table_setn(r->err_headers_out, "Upgrade", "websocket");
    apr_table_setn(r->err_headers_out, "Connection", "Upgrade");
    return HTTP_UPGRADE_REQUIRED;
}

/// Runs before the handlers that serve the other requests of the place.
int handler(request_rec *r) noexcept {
    const DirConfig &dir = DirConfig::of(r->per_dir_config);
    const Mount *mount = dir.websocket.value;
    if (mount == nullptr || mount->application == nullptr)
        return DECLINED;
    if (!websocket::is_asked_for(r))
        return refuse(r);
    try {
        if (dir.processes.value != nullptr)
            return refuse_in_processes(r, {name_of(mount->gateway), mount->application->spec},
                                       dir.processes.value->name);
        const Placement placement = place(dir, r, nullptr, Access::granted);
        State *state = placement.state();
        return state == nullptr ? without_interpreter(r) : asgi::serve(*state, r, *mount);
    } catch (const std::bad_alloc &) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
}

} // namespace

void attach_websocket_hook() {
    if (!apache::first_time("pyhook:websocket"))
        return;
    apache::attach_error_pages();
    apache::attach_whole();
    ap_hook_handler(&handler, nullptr, nullptr, APR_HOOK_FIRST);
}

} // namespace pyhook::mounts
