// processes/board.h: the memory that httpd's children and the supervisor share, one for each PyHookProcesses line. The
// worker processes have no part in it.
#pragma once

#include "processes/entries.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/types.h>

namespace pyhook::processes {

inline constexpr std::size_t most_processes = 24;
inline constexpr std::size_t most_children = 1024;

enum class Life : std::uint32_t { none, starting, ready, gone };

/// One worker process and its successors. The supervisor writes it, and never reads it.
struct Slot {
    std::atomic<Life> life;
    std::atomic<pid_t> pid;
    std::atomic<std::uint32_t> starts;   // how many processes were started here
    std::atomic<std::int32_t> last_end;  // as waitpid tells it, of the last one that ended by itself
    std::atomic<std::uint64_t> since;    // when this process was started, in seconds
    std::atomic<std::uint64_t> requests; // that children have sent here
    std::atomic<std::uint32_t> edits;    // after which a process became ready
    std::atomic<bool> is_behind;         // an edit could not be loaded, and the process of before goes on
};

/// A number for each slot.
using Counts = std::array<std::atomic<std::uint16_t>, most_processes>;

/// What one child of httpd does. Only that child writes it, so that the numbers of a child that has crashed can be
/// forgotten.
struct Row {
    std::atomic<pid_t> pid; // 0: free
    std::atomic<std::uint32_t> waiting;
    std::atomic<std::uint32_t> suspended; // WebSockets that no thread serves
    Counts busy;                          // requests that have a place
    Counts sockets;                       // WebSockets that were accepted
};

struct Board {
    std::atomic<std::uint32_t> changes;  // a futex: waiting requests look again when it changes
    std::atomic<std::uint32_t> sleepers; // a hint: more than 0 if a thread may wait for `changes`
    std::atomic<std::uint32_t> rows_used;
    std::atomic<std::uint64_t> refused_full; // requests, because too many wait already
    std::atomic<std::uint64_t> refused_late; // after queue-timeout
    std::array<Slot, most_processes> slots;
    std::array<Row, most_children> rows;
    std::array<Entries, most_processes> entries; // by slot
};

/// Those that children have used.
std::span<const Row> rows_of(const Board &board) noexcept;

/// What all children have in one slot.
unsigned total(const Board &board, Counts Row::*counts, int slot) noexcept;

/// Tells requests that wait in children that a process has become free, or ready.
void announce(Board &board, int waiting) noexcept;

} // namespace pyhook::processes
