// interpreters/sharing.h: the memory of the dictionaries that PyHookShared declares, made in the parent.
#pragma once

#include "config/config.h"

#include <vector>

namespace pyhook {

void attach_sharing();

/// What has been made for the dictionaries of a configuration.
std::vector<apache::Shared *> shared_memory(const ServerConfig &config);

} // namespace pyhook
