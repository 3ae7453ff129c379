// asgi/tls.h: the TLS extension of ASGI: the certificates, the version and the cipher suite of a connection.
#pragma once

#include "py/ref.h"

#include "apache/httpd.h"

namespace pyhook::asgi {

/// A new dict as the extension defines it, or an empty reference if the connection has no TLS. The caller keeps the
/// server's certificate, which may be None.
py::ref tls_of(request_rec *r, py::borrowed server_certificate);

/// The certificate of the server that answers, as PEM, or None.
py::ref server_certificate(request_rec *r);

} // namespace pyhook::asgi
