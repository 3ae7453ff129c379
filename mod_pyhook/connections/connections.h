// connections/connections.h: the hooks of a connection, attached when a directive asks for them.
#pragma once

#include "config/hooks.h"
#include "config/named.h"

namespace pyhook {

/// Prepares the client connections of HTTP/2 for what Python does in their streams.
void attach_masters();

/// Registers the hook, once per reading of the configuration.
void attach_connection_hook(std::size_t hook);

/// Lets `choice(connection, request or None)` read and write the connection. A failure is logged.
void speak(const Choice &choice, conn_rec *c, request_rec *r) noexcept;

/// Closes the connection: after Python has spoken, or failed to, no other protocol may go on.
int close_after(conn_rec *c) noexcept;

} // namespace pyhook
