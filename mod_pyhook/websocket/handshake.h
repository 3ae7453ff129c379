// websocket/handshake.h: the request for a WebSocket, and the response that opens it (RFC 6455, 4).
#pragma once

#include "apache/httpd.h"

#include "websocket/deflate.h"

namespace pyhook::websocket {

/// True if the client asks to upgrade to a WebSocket.
bool is_asked_for(request_rec *r);

/// Checks a request for a WebSocket. Returns OK, or the status that refuses it; the headers that say why are then set.
int check(request_rec *r);

/// The names that the client offers, in the client's order.
std::vector<std::string> subprotocols(request_rec *r);

/// True if the client offers this one. It drops a connection with another one (RFC 6455, 4.1).
bool offers(request_rec *r, std::string_view subprotocol);

/// Sends the 101 response with the headers in headers_out. After it the connection speaks no more HTTP. Gives the terms
/// of compression, if there are any.
std::optional<DeflateTerms> accept(request_rec *r, const char *subprotocol);

} // namespace pyhook::websocket
