// processes/worker_command.h: from a PyHookProcesses line to the program that runs, and as whom.
#pragma once

#include "config/config.h"
#include "processes/orders.h"

namespace pyhook::processes {

/// What the supervisor is told; `id` is left to the caller. Throws std::runtime_error with a sentence if httpd's own
/// user can't run processes.
Group group_from(const ProcessesDefinition &definition, const server_rec *s);

/// The path of pyhook-supervisor, beside the module. Throws std::runtime_error with a sentence if it is not there.
std::string supervisor_program();

} // namespace pyhook::processes
