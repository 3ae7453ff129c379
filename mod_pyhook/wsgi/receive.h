// wsgi/receive.h: request bodies of unknown length, received before the application is called.
#pragma once

#include "types/request.h"

namespace pyhook::wsgi {

/// Applications trust CONTENT_LENGTH, and HTTP allows a body without: chunked, or over HTTP/2. Such a body is received
/// now, unless the location wants it as it comes. Then `length` is known. An HTTP status, or OK.
int receive(Request &request, std::optional<apr_off_t> &length);

} // namespace pyhook::wsgi
