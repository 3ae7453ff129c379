// mounts/hooks.h: where applications are mounted, at httpd's hooks.
#pragma once

namespace pyhook::mounts {

/// Registers the hooks, once per reading of the configuration.
void attach_hooks();

/// A new reading of the configuration begins: httpd has forgotten all hooks.
void forget_attached_hooks();

} // namespace pyhook::mounts
