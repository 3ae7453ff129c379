// processes/channels.h: how this httpd reaches the worker processes of one PyHookProcesses line. The parent makes it;
// it stays the same over graceful restarts for as long as the line does.
#pragma once

#include "config/config.h"
#include "processes/board.h"

#include <sys/un.h>

namespace pyhook::processes {

class IdleConnections;

/// Lives in the pool of the process, where a module that httpd has loaded anew finds it: data alone.
struct Channels {
    std::uint64_t id; // 0: not in use
    Board *board;
    int board_descriptor;                     // -1 in a child
    int count;                                // of processes
    int to_process[most_processes];           // a packet with a descriptor makes that a connection
    int of_process[most_processes];           // the other ends, which the processes inherit; -1 in a child
    int listening;                            // the socket of a program; -1: none, or in a child
    char path[sizeof(sockaddr_un::sun_path)]; // of that socket
    bool is_named;                            // in the present configuration

    // A child's own:
    Row *row;
    IdleConnections *idle;
};

/// Prepares a child that has just been forked.
void prepare_in_child(apr_pool_t *pchild, Channels &channels);

/// Registers what shows the processes in /server-status.
void attach_process_status();

/// Registers the hooks that start processes, once per reading of the configuration.
void attach_processes();

} // namespace pyhook::processes
