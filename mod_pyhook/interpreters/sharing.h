// interpreters/sharing.h: the memory of the dictionaries that PyHookShared declares, made in the parent.
#pragma once

#include "config/config.h"

#include <vector>

namespace pyhook {

void attach_sharing();

/// Makes the memory of all dictionaries. False if there is none, which is logged.
bool open_shared(apr_pool_t *pconf, server_rec *s) noexcept;

/// What has been made for the dictionaries of a configuration.
std::vector<apache::Shared *> shared_memory(const ServerConfig &config);

} // namespace pyhook
