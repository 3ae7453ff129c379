// connections/connections.h: the hooks of a connection, attached when a directive asks for them.
#pragma once

#include "config/connection_hooks.h"
#include "config/named.h"

namespace pyhook {

/// Prepares the clients' connections of HTTP/2 for what Python does in their streams.
void attach_masters();

/// Registers the hook, once per reading of the configuration.
void attach_connection_hook(std::size_t hook);

/// Lets `choice(connection, request or None)` speak on the connection. What fails is logged.
void speak(const Choice &choice, conn_rec *c, request_rec *r) noexcept;

/// After Python has spoken, or failed to, no other protocol may go on: the connection closes.
int close_after(conn_rec *c) noexcept;

} // namespace pyhook
