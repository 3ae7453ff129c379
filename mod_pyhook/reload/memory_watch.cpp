#include "reload/memory_watch.h"

#include <algorithm>
#include <fstream>

namespace pyhook {

namespace {

constexpr long growth_divisor = 10; // it may grow by this part

long pages_in_memory() {
    long all = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident;
}

} // namespace

void MemoryWatch::begin(bool own_gil) noexcept {
    const std::lock_guard lock(mutex_);
    if (size_ == 0)
        size_ = pages_in_memory();
    if (own_gil)
        settling_ = 0;
}

bool MemoryWatch::is_too_large() noexcept {
    const long now = pages_in_memory();
    const std::lock_guard lock(mutex_);
    if (settling_ > 0) {
        --settling_;
        size_ = std::max(size_, now);
    }
    return now > size_ + size_ / growth_divisor;
}

} // namespace pyhook
