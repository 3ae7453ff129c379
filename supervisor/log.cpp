#include "log.h"

#include <cstdio>
#include <ctime>
#include <string>
#include <unistd.h>

namespace supervisor {

namespace {

/// "[Fri Nov 27 10:04:09.123456 2026] [pyhook:level] [pid 123] "
std::string head(const char *level) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    localtime_r(&now.tv_sec, &parts);
    char day[32];
    char year[8];
    strftime(day, sizeof(day), "%a %b %d %H:%M:%S", &parts);
    strftime(year, sizeof(year), "%Y", &parts);
    char text[128];
    snprintf(text, sizeof(text), "[%s.%06ld %s] [pyhook:%s] [pid %d] ", day, now.tv_nsec / 1000, year, level, getpid());
    return text;
}

} // namespace

void log(const char *level, std::string_view text) noexcept {
    std::string entry;
    const std::string start = head(level);
    for (const char *mark = ""; !text.empty(); mark = "| ") {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        entry += start + mark;
        for (const char byte : line)
            entry += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
        entry += '\n';
    }
    static_cast<void>(!write(STDERR_FILENO, entry.data(), entry.size()));
}

} // namespace supervisor
