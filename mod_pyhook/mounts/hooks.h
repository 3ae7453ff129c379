// mounts/hooks.h: where applications are mounted, at httpd's hooks.
#pragma once

namespace pyhook::mounts {

/// Registers the hooks, once per reading of the configuration.
void attach_hooks();

} // namespace pyhook::mounts
