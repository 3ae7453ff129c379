// wsgi/adapter.h: calls a WSGI application and hands what it gives to a response.
#pragma once

#include "config/mount.h"
#include "types/state.h"

namespace pyhook::wsgi {

/// Answers a request. Gives httpd's status.
int serve(State &state, request_rec *r, const Mount &mount);

} // namespace pyhook::wsgi
