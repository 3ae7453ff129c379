// interpreters/sharing.h: the dictionaries that PyHookShared declares: their memory, made in the parent, or their
// server.
#pragma once

#include "config/config.h"
#include "types/shared_store.h"

#include <vector>

namespace pyhook {

void attach_sharing();

/// Makes the memory of the dictionaries, and finds the addresses of servers. False if there is no memory, which is
/// logged.
bool open_shared(apr_pool_t *pconf, server_rec *s) noexcept;

/// The dictionaries of a configuration, for an interpreter of this process.
std::vector<SharedPlace> shared_places(const ServerConfig &config);

} // namespace pyhook
