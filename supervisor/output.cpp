#include "output.h"

#include "log.h"

#include <algorithm>
#include <cerrno>

namespace supervisor {

namespace {

constexpr std::size_t longest_line = 4000;
constexpr int most_pieces = 16; // that are read before others are looked at

} // namespace

void Output::log_line(std::string_view line, std::string_view name) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
        return;
    const std::string head = std::string(name) + ": ";
    if (!room_.has_room()) {
        if (room_.left_out() == 1)
            log("warn", head + "it prints more than " + std::to_string(room_.lines_a_second) +
                            " lines a second: the others are left out");
        return;
    }
    if (const unsigned left_out = room_.take_left_out(); left_out != 0)
        log("warn", head + std::to_string(left_out) + " lines were left out");
    log("info", head + std::string(line));
    room_.take(1);
}

void Output::take(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::size_t size = std::min({end, text.size(), longest_line - begun_.size()});
        begun_ += text.substr(0, size);
        text.remove_prefix(size);
        if (size == end)
            text.remove_prefix(1);
        if (size == end || begun_.size() == longest_line) {
            log_line(begun_, name);
            begun_.clear();
        }
    }
}

void Output::pass_on(std::string_view name) {
    char piece[4096];
    for (int pieces = 0; pieces < most_pieces && descriptor() >= 0; ++pieces) {
        const ssize_t size = read(descriptor(), piece, sizeof(piece));
        if (size < 0)
            return;
        if (size == 0)
            return end(name);
        take({piece, static_cast<std::size_t>(size)}, name);
    }
}

void Output::end(std::string_view name) {
    pipe_ = Descriptor();
    log_line(std::exchange(begun_, {}), name);
}

} // namespace supervisor
