// websocket/handshake.h: the request that asks for a WebSocket, and the answer that begins one (RFC 6455, 4).
#pragma once

#include "apache/httpd.h"

#include "websocket/deflate.h"

namespace pyhook::websocket {

/// Does the client ask for another protocol, this one?
bool is_asked_for(request_rec *r);

/// OK, or the status of a request that asks for it in a way that can't be answered; the headers that say why are set.
int check(request_rec *r);

/// The names that the client offers, in its order.
std::vector<std::string> subprotocols(request_rec *r);

/// Sends the 101, with what stands in headers_out. Gives what was agreed on about compression.
std::optional<DeflateTerms> accept(request_rec *r, const char *subprotocol);

} // namespace pyhook::websocket
