#include "apache/resp.h"

#include <algorithm>
#include <charconv>

namespace apache {

namespace {

std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size())
        throw bad_reply("it has sent a number that is none");
    return number;
}

/// A length, or -1 for nothing.
std::int64_t length_in(std::string_view text, std::size_t most) {
    const std::int64_t length = number_in(text);
    if (length < -1)
        throw bad_reply("it has announced less than nothing");
    if (length > static_cast<std::int64_t>(most))
        throw too_much("it has announced too much");
    return length;
}

} // namespace

std::string resp_command(std::span<const std::string_view> words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string_view word : words) {
        bytes += "$" + std::to_string(word.size()) + "\r\n";
        bytes += word;
        bytes += "\r\n";
    }
    return bytes;
}

Reply ReplyReader::read() {
    taken_ = items_ = 0;
    return read_at(0);
}

void ReplyReader::need_more() {
    bytes_.erase(0, at_);
    at_ = 0;
    const std::string_view more = more_();
    taken_ += more.size();
    if (taken_ > most_bytes)
        throw too_much("it has sent too much");
    bytes_ += more;
}

std::string ReplyReader::read_line() {
    std::size_t end = 0;
    while ((end = bytes_.find("\r\n", at_)) == std::string::npos) {
        if (bytes_.size() - at_ > longest_line)
            throw bad_reply("it has sent a line without end");
        need_more();
    }
    std::string line = bytes_.substr(at_, end - at_);
    at_ = end + 2;
    return line;
}

std::string ReplyReader::read_bytes(std::size_t size) {
    std::string text;
    while (text.size() < size) {
        if (is_empty())
            need_more();
        const std::size_t taken = std::min(size - text.size(), bytes_.size() - at_);
        text.append(bytes_, at_, taken);
        at_ += taken;
    }
    if (!read_line().empty())
        throw bad_reply("it has sent a text that is longer than it said");
    return text;
}

Reply ReplyReader::read_list(std::int64_t length, int depth) {
    Reply reply{.kind = Reply::Kind::list, .text = {}, .number = 0, .items = {}};
    if (depth == deepest)
        throw bad_reply("it has sent lists that are too deep");
    items_ += static_cast<std::size_t>(length);
    if (items_ > most_items)
        throw too_much("it has announced too much");
    for (std::int64_t item = 0; item < length; ++item)
        reply.items.push_back(read_at(depth + 1));
    return reply;
}

Reply ReplyReader::read_at(int depth) {
    using Kind = Reply::Kind;
    const std::string line = read_line();
    const std::string_view rest = std::string_view(line).substr(line.empty() ? 0 : 1);
    switch (line.empty() ? '\0' : line.front()) {
    case '+':
        return {.kind = Kind::status, .text = std::string(rest), .number = 0, .items = {}};
    case '-':
        return {.kind = Kind::error, .text = std::string(rest), .number = 0, .items = {}};
    case ':':
        return {.kind = Kind::number, .text = {}, .number = number_in(rest), .items = {}};
    case '$':
        if (const std::int64_t length = length_in(rest, most_bytes); length >= 0)
            return {.kind = Kind::text, .text = read_bytes(static_cast<std::size_t>(length)), .number = 0, .items = {}};
        return {};
    case '*':
        if (const std::int64_t length = length_in(rest, most_items); length >= 0)
            return read_list(length, depth);
        return {};
    default:
        throw bad_reply("it has sent what is no RESP");
    }
}

} // namespace apache
