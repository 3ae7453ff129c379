// asgi/adapter.h: answers a request with an ASGI application, or with a handler that serves WebSockets.
#pragma once

#include "config/mount.h"
#include "types/state.h"

namespace pyhook::asgi {

/// Returns httpd's status.
int serve(State &state, request_rec *r, const Mount &mount);

} // namespace pyhook::asgi
