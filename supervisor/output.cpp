#include "output.h"

#include "log.h"

#include <algorithm>
#include <cerrno>

namespace supervisor {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double lines_at_once = 1000;
constexpr double lines_a_second = 100;
constexpr std::size_t longest_line = 4000;
constexpr int most_pieces = 16; // that are read before others are looked at

} // namespace

/// When too many have come, none is logged until there is room for those of a second.
bool Output::is_allowed() {
    const Clock::time_point now = Clock::now();
    const std::chrono::duration<double> passed = now - counted_;
    allowed_ = std::min(lines_at_once, allowed_ + passed.count() * lines_a_second);
    counted_ = now;
    if (allowed_ < (left_out_ == 0 ? 1 : lines_a_second))
        return false;
    --allowed_;
    return true;
}

void Output::log_line(std::string_view line, std::string_view name) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
        return;
    const std::string head = std::string(name) + ": ";
    if (!is_allowed()) {
        if (left_out_++ == 0)
            log("warn", head + "it prints more than " + std::to_string(static_cast<int>(lines_a_second)) +
                            " lines a second: the others are left out");
        return;
    }
    if (left_out_ != 0)
        log("warn", head + std::to_string(std::exchange(left_out_, 0)) + " lines were left out");
    log("info", head + std::string(line));
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
