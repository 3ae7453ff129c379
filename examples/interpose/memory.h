// interpose/memory.h: the program's pointers, which may lead nowhere: a wrong one is EFAULT, as in the kernel, and no
// crash.
#pragma once

#include <cstddef>

namespace interpose {

/// Can the kernel read a path here? Not one that is too long for it.
bool is_path(const char *path) noexcept;

/// Copies to where the program wants it; false if it can't be written there.
bool give(void *to, const void *from, std::size_t size) noexcept;

} // namespace interpose
