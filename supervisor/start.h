// supervisor/start.h: starts a worker process as its user, with no descriptor but its own.
#pragma once

#include "descriptor.h"
#include "output.h"
#include "processes/orders.h"

#include <sys/types.h>

namespace supervisor {

using pyhook::processes::Group;

struct Started {
    pid_t pid;
    Descriptor status; // the process writes here, or what could not be done before its program began
    Descriptor crash;  // the stacks of a crash of a worker are in this file
    Output output;     // what a program prints
};

/// `connections` is the socket that connections come from. Throws std::system_error.
Started start(const Group &group, int connections);

} // namespace supervisor
