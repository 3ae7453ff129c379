// call/wsgi_response.h: a content handler's result that answers as a WSGI application does. wsgi/, which is above, has
// the function's body.
#pragma once

#include "call/call.h"

namespace pyhook {

/// Calls `response` with (environ, start_response), and sends what it gives. httpd's status; what fails is logged.
int send_wsgi_response(Request &request, const Site &site, py::borrowed response);

} // namespace pyhook
