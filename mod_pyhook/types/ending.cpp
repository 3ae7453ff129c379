#include "types/ending.h"

#include "py/poison.h"

namespace pyhook {

namespace {

/// How far the end of this process has come.
struct Process {
    std::atomic<bool> stops = false;
    std::atomic<bool> hurries = false;
    std::atomic<bool> exits = false;
};

constinit Process process;

} // namespace

bool stopping() noexcept { return process.stops.load(std::memory_order_relaxed); }

void begin_stopping() noexcept { process.stops.store(true, std::memory_order_relaxed); }

bool stopping_at_once() noexcept { return process.hurries.load(std::memory_order_relaxed); }

void begin_stopping_at_once() noexcept { process.hurries.store(true, std::memory_order_relaxed); }

bool exiting() noexcept { return process.exits.load(std::memory_order_relaxed); }

void begin_exit() noexcept { process.exits.store(true, std::memory_order_relaxed); }

} // namespace pyhook
