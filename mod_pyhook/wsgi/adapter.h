// wsgi/adapter.h: calls a WSGI application and hands its result to a response.
#pragma once

#include "call/entry.h"
#include "config/mount.h"
#include "types/request.h"

namespace pyhook::wsgi {

/// Answers a request. Returns httpd's status.
int serve(State &state, request_rec *r, const Mount &mount);

/// Like `serve`, for an application that a content handler returned: calls it with (environ, start_response) and sends
/// its result. A failure is logged.
int send_result(Request &request, const Site &site, py::borrowed result);

/// A new WSGI environ for a request in any phase. SCRIPT_NAME is the place where the running callable was named.
py::ref environ_of(Request &request);

} // namespace pyhook::wsgi
