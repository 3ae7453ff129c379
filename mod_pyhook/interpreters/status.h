// interpreters/status.h: what the interpreters of all children do, counted in shared memory: a section of
// /server-status.
#pragma once

#include "types/state.h"

#include <vector>

namespace pyhook {

void attach_status();

/// What the interpreters of one name do, in all children.
struct Sum {
    const char *name = nullptr;
    std::uint64_t calls = 0;
    std::uint64_t errors = 0;
    double seconds = 0; // with ExtendedStatus On
    std::uint64_t gil_waits = 0;
    double gil_seconds = 0;
    double loop_lag = 0; // of the child whose loop is the latest, in seconds
    unsigned threads = 0;
    unsigned requests = 0;
    unsigned objects = 0;
    unsigned suspended = 0;
    unsigned sockets = 0;
    unsigned busy = 0;
    unsigned children = 0;
};

std::vector<Sum> all_sums();

/// A child whose Python has started. Another one takes its place when it has ended.
struct ChildMemory {
    std::size_t place;
    long bytes; // resident
};

std::vector<ChildMemory> child_memories();

/// Takes a place in the shared memory for this child, before Python starts.
void claim_counters() noexcept;
void release_counters() noexcept;

/// The place of one of this child's interpreters.
Counters &counters_of(const py::Interpreter &interpreter) noexcept;

} // namespace pyhook
