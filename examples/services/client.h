// services/client.h: one connection of the chat, from its first line to its last.
#pragma once

#include "plugins.h"

namespace services {

/// Serves a client until it leaves, and closes its socket.
void serve_client(int socket, Plugins &plugins) noexcept;

} // namespace services
