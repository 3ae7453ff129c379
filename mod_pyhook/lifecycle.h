// lifecycle.h: from the reading of the configuration to the start of a child.
#pragma once

namespace pyhook {

/// Registers the hooks that every server with mod_pyhook has. Called once per reading of the configuration.
void attach_lifecycle();

} // namespace pyhook
