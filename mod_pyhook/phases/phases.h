// phases/phases.h: the request phases, attached to httpd's hooks when a directive asks for them.
#pragma once

#include "config/phases.h"

#include <cstddef>

namespace pyhook {

/// Registers the phase's hook, once per reading of the configuration.
void attach_phase(std::size_t phase);

/// For what names no phase: a plug-in that registers itself, an .htaccess file.
void attach_all_phases();

} // namespace pyhook
