// asgi/tls.h: the TLS extension of ASGI: which certificates, version and cipher suite a connection has.
#pragma once

#include "py/ref.h"

#include "apache/httpd.h"

namespace pyhook::asgi {

/// A new dict as the extension lays it out, or an empty reference where the connection has no TLS. The server's own
/// certificate, which may be None, is the caller's to keep.
py::ref tls_of(request_rec *r, py::borrowed server_certificate);

/// The certificate of the server that answers, as PEM, or None.
py::ref server_certificate(request_rec *r);

} // namespace pyhook::asgi
