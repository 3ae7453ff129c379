// dump/dump.h: what httpd's configuration test prints and tries for the command pyhook, with -D DUMP_PYHOOK and
// -D CHECK_PYHOOK.
#pragma once

namespace pyhook {

/// Registers the hook, once per reading of the configuration.
void attach_dump();

} // namespace pyhook
