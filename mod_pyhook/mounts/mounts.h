// mounts/mounts.h: where applications are mounted: the directives that say so, and httpd's hooks.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook::mounts {

std::span<const command_rec> directives();

/// Registers the hooks, once per reading of the configuration.
void attach_hooks();

} // namespace pyhook::mounts
