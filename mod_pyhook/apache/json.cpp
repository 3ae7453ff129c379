#include "apache/json.h"

#include "apache/utf8.h"

#include <array>
#include <cstdio>

namespace apache {

namespace {

void append_escape(std::string &made, unsigned code) {
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", code);
    made += escape.data();
}

/// How many bytes the character at the beginning has; 0 if it is none.
std::size_t length_of_character(std::string_view text) {
    Utf8Check check;
    for (std::size_t length = 1; length <= text.size(); ++length) {
        if (!check.take(text.substr(length - 1, 1)))
            return 0;
        if (check.is_whole())
            return length;
    }
    return 0;
}

} // namespace

std::string json_text(std::string_view text) {
    std::string made = "\"";
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const std::size_t length = length_of_character(text);
        if (length == 0)
            append_escape(made, 0xdc00U + byte);
        else if (byte < 0x20)
            append_escape(made, byte);
        else
            made.append(byte == '"' || byte == '\\' ? "\\" : "").append(text.substr(0, length));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return made + '"';
}

std::string json_list(std::span<const std::string> parts) {
    std::string made = "[";
    for (const std::string &part : parts)
        made.append(made.size() > 1 ? ", " : "").append(part);
    return made + "]";
}

JsonObject &JsonObject::add_made(const char *name, std::string_view value) {
    members_.append(members_.empty() ? "\"" : ", \"").append(name).append("\": ").append(value);
    return *this;
}

} // namespace apache
