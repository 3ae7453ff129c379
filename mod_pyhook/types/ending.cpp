#include "types/ending.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constinit std::atomic<bool> process_leaves = false;
constinit std::atomic<bool> process_stops = false;
constinit std::atomic<bool> process_hurries = false;

} // namespace

bool stopping() noexcept { return process_stops.load(std::memory_order_relaxed); }

void begin_stopping() noexcept { process_stops.store(true, std::memory_order_relaxed); }

bool stopping_at_once() noexcept { return process_hurries.load(std::memory_order_relaxed); }

void begin_stopping_at_once() noexcept { process_hurries.store(true, std::memory_order_relaxed); }

bool leaving() noexcept { return process_leaves.load(std::memory_order_relaxed); }

void leave() noexcept { process_leaves.store(true, std::memory_order_relaxed); }

} // namespace pyhook
