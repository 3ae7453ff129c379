#include "control/json.h"

#include <cstdio>

namespace pyhook {

std::string json_string(std::string_view text) {
    std::string json = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x20 && byte < 0x7f && letter != '"' && letter != '\\') {
            json += letter;
            continue;
        }
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", byte);
        json += escape;
    }
    return json + '"';
}

std::string joined(std::span<const std::string> values) {
    std::string text;
    for (const std::string &value : values)
        text += (text.empty() ? "" : ", ") + value;
    return text;
}

std::string json_list(std::span<const std::string> values) { return "[" + joined(values) + "]"; }

std::string member(std::string_view name, std::string_view value, bool is_first) {
    return (is_first ? "" : ", ") + json_string(name) + ": " + std::string(value);
}

} // namespace pyhook
