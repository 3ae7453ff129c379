// wsgi/receive.h: request bodies whose length nobody can tell, received before the application is called.
#pragma once

#include "types/request.h"

namespace pyhook::wsgi {

/// What CONTENT_LENGTH says.
struct BodyLength {
    bool as_told = true;               // what the client says, if it does
    std::optional<apr_off_t> received; // what was found
};

/// Applications trust CONTENT_LENGTH. HTTP allows a body without: chunked, or over HTTP/2; and an input filter may make
/// more or less of what was told. Such a body is received now, unless the location wants it as it comes. An HTTP
/// status, or OK.
int receive(Request &request, BodyLength &length);

} // namespace pyhook::wsgi
