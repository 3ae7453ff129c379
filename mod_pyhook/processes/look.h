// processes/look.h: what is to be seen of the worker processes from a child of httpd.
#pragma once

#include "processes/channels.h"

#include <chrono>
#include <string>
#include <vector>

namespace pyhook {
class MetricsText;
}

namespace pyhook::processes {

/// A process, as the board and the system tell.
struct Seen {
    const ProcessesDefinition *definition;
    int slot;
    pid_t pid; // 0: there is none now
    Life life;
    unsigned busy; // requests
    unsigned sockets;
    std::uint64_t requests;
    std::uint32_t starts;
    std::int32_t last_end; // of the one before, as waitpid tells it
    std::uint32_t edits;   // after which a process took over here
    long memory;           // bytes
    long age;              // seconds

    /// What the error log has told last of this process and those before it, the oldest first.
    std::vector<Entry> entries() const;

    /// "shop/1"
    std::string name() const { return std::string(definition->name) + "/" + std::to_string(slot + 1); }
    const char *state() const noexcept;
};

/// What the error log tells of edited code that the process of this place could not be replaced for. Empty unless it
/// goes on with the old code.
std::string problem_with_edit(const ProcessesDefinition &definition, int slot);

/// Requests that wait for a process.
unsigned waiting_in(const Board &board);

/// WebSockets of processes that no thread of httpd serves.
unsigned suspended_sockets();

/// The processes of all PyHookProcesses lines that run in this server.
std::vector<Seen> all_processes();

/// What these processes say of the requests that they serve now, a JSON text each, in the same order. It is empty for
/// one that has not answered by `end`. Who has broken into a process may say anything.
std::vector<std::string> ask(const std::vector<Seen> &processes, std::chrono::steady_clock::time_point end);

/// Adds what pyhook-metrics tells about the processes.
void write_metrics(MetricsText &text);

} // namespace pyhook::processes
