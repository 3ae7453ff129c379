// processes/counted.h: what an application in a worker process has counted with pyhook.metrics.
#pragma once

#include <string_view>

namespace pyhook::processes {

/// Adds what a `metric` frame says to the numbers that all children share. False if no metric can be so: an application
/// may send anything. What there is no room for is left out.
bool count(std::string_view payload);

} // namespace pyhook::processes
