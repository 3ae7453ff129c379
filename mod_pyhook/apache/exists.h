// apache/exists.h: whether there is a process of this number.
#pragma once

#include <cerrno>
#include <csignal>
#include <sys/types.h>

namespace apache {

/// Also true of one that has ended and that nobody has waited for, and of another user's.
inline bool exists(pid_t pid) noexcept { return kill(pid, 0) == 0 || errno != ESRCH; }

} // namespace apache
