#include "apache/log.h"

#include <algorithm>
#include <array>
#include <string>

namespace apache {

namespace {

constexpr std::array<std::string_view, 16> level_names = {
    "emerg",  "alert",  "crit",   "error",  "warn",   "notice", "info",   "debug",
    "trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8",
};

/// A record ends at a NUL, so that one is spelt out.
template <class Write> void write_line(std::string_view line, Write write) {
    std::string spelt;
    for (std::size_t nul = line.find('\0'); nul != std::string_view::npos; nul = line.find('\0')) {
        spelt.append(line.substr(0, nul)).append("\\x00");
        line.remove_prefix(nul + 1);
    }
    if (!spelt.empty())
        line = spelt.append(line);
    write(static_cast<int>(std::min<std::size_t>(line.size(), HUGE_STRING_LEN)), line.data());
}

template <class Write> void each_line(std::string_view text, Write write) {
    for (;;) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        write_line(line, write);
        if (end == std::string_view::npos || end + 1 == text.size())
            return;
        text.remove_prefix(end + 1);
    }
}

} // namespace

void log(int level, request_rec *r, std::string_view text) noexcept {
    each_line(text, [=](int size, const char *line) { ap_log_rerror(APLOG_MARK, level, 0, r, "%.*s", size, line); });
}

void log(int level, conn_rec *c, std::string_view text) noexcept {
    each_line(text, [=](int size, const char *line) { ap_log_cerror(APLOG_MARK, level, 0, c, "%.*s", size, line); });
}

void log(int level, server_rec *s, std::string_view text) noexcept {
    each_line(text, [=](int size, const char *line) { ap_log_error(APLOG_MARK, level, 0, s, "%.*s", size, line); });
}

std::string_view level_name(int level) noexcept {
    return level_names[static_cast<std::size_t>(std::clamp(level, 0, static_cast<int>(level_names.size()) - 1))];
}

std::optional<int> level_of(std::string_view name) noexcept {
    const auto *found = std::find(level_names.begin(), level_names.end(), name);
    if (found == level_names.end())
        return std::nullopt;
    return static_cast<int>(found - level_names.begin());
}

} // namespace apache
