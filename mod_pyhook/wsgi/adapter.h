// wsgi/adapter.h: calls a WSGI application and hands what it gives to a response.
#pragma once

#include "call/entry.h"
#include "config/mount.h"
#include "types/request.h"

namespace pyhook::wsgi {

/// Answers a request. Gives httpd's status.
int serve(State &state, request_rec *r, const Mount &mount);

/// The same with what a content handler returned: calls it with (environ, start_response), and sends what it gives.
/// What fails is logged.
int send_result(Request &request, const Site &site, py::borrowed result);

/// A new WSGI environ of a request in any phase. SCRIPT_NAME is the place where the callable that runs was named.
py::ref environ_of(Request &request);

} // namespace pyhook::wsgi
