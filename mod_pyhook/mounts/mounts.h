// mounts/mounts.h: mounts applications at places: the directives, and httpd's hooks.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook::mounts {

std::span<const command_rec> directives();

/// Registers the hooks, once per reading of the configuration.
void attach_hooks();

} // namespace pyhook::mounts
