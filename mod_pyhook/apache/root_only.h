// apache/root_only.h: directories that only root can change. What root does in another one, its owner could lead
// elsewhere.
#pragma once

#include <string>

namespace apache {

/// Why others than root can write to this directory, or put something else in its place; empty if they can't.
std::string open_to_others(const std::string &directory);

} // namespace apache
