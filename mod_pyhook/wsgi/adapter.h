// wsgi/adapter.h: calls a WSGI application and hands what it gives to a response.
#pragma once

#include "config/wsgi.h"
#include "types/state.h"
#include "wsgi/response.h"

namespace pyhook::wsgi {

/// Attached. The status is OK when `response` has, or can be finished with, all there is to send.
int serve(State &state, request_rec *r, const Mount &mount, Response &response);

} // namespace pyhook::wsgi
