#include "log.h"

#include <cstdio>
#include <ctime>
#include <string>
#include <unistd.h>

namespace supervisor {

namespace {

constexpr int most_lines = 300; // of one entry: the longest stacks have fewer

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
    const char *mark = "";
    for (int lines = 0; !text.empty() && lines < most_lines;) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        entry += start + mark;
        for (const char byte : line)
            entry += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
        entry += '\n';
        mark = "| ";
        ++lines;
    }
    if (!text.empty())
        entry += start + "| and more\n";
    static_cast<void>(!write(STDERR_FILENO, entry.data(), entry.size()));
}

} // namespace supervisor
