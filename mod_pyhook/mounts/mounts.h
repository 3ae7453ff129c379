// mounts/mounts.h: mounts applications and handlers of WebSockets at places: the directives, and httpd's hooks.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook::mounts {

std::span<const command_rec> directives();

/// These register hooks, once per reading of the configuration.
void attach_hooks();
void attach_websocket_hook();

} // namespace pyhook::mounts
