// gateway/tls.h: what ASGI's TLS extension tells of a connection.
#pragma once

#include "apache/httpd.h"

#include <optional>
#include <vector>

namespace pyhook::gateway {

/// Texts live as long as the request; null where there is nothing to tell.
struct Tls {
    std::vector<const char *> client_chain; // the client's own certificate comes first, as PEM
    const char *client_name;
    const char *client_error; // why the client's certificate was not accepted
    std::optional<int> version;
    std::optional<int> cipher_suite; // not set for one that is rarely used
};

/// Nothing if the connection has no TLS.
std::optional<Tls> tls_of(request_rec *r);

/// The certificate of the server that answers, as PEM; null if it is not known.
const char *server_certificate(request_rec *r);

} // namespace pyhook::gateway
