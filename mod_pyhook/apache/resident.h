// apache/resident.h: how much memory a process has, as the kernel says it to everybody.
#pragma once

#include <cstdio>
#include <sys/types.h>
#include <unistd.h>

namespace apache {

/// The bytes of a process that are in memory, shared pages included; 0 if it has ended, or nobody says.
inline long resident_bytes(pid_t pid) noexcept {
    char name[32];
    std::snprintf(name, sizeof name, "/proc/%ld/statm", static_cast<long>(pid));
    std::FILE *file = std::fopen(name, "re");
    long pages = 0;
    if (file != nullptr && std::fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file != nullptr)
        std::fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

} // namespace apache
