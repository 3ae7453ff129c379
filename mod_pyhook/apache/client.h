// apache/client.h: the client's end of a connection.
#pragma once

#include "apache/httpd.h"

#include <poll.h>

namespace apache {

/// The socket of a client, or -1 for an HTTP/2 stream, which has no socket of its own.
inline int socket_of(conn_rec *c) noexcept {
    apr_socket_t *socket = c->master == nullptr ? ap_get_conn_socket(c) : nullptr;
    apr_os_sock_t descriptor = -1;
    if (socket != nullptr)
        apr_os_sock_get(&descriptor, socket);
    return descriptor;
}

/// Looks for a client that has closed its end.
inline pollfd look_for_end(conn_rec *c) noexcept { return {.fd = socket_of(c), .events = POLLRDHUP, .revents = 0}; }

/// What has been found by such a look.
inline bool has_left(const conn_rec *c, const pollfd &looked) noexcept {
    return (looked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0 || c->aborted != 0;
}

} // namespace apache
