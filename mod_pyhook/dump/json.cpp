#include "dump/json.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace pyhook {

namespace {

void append_escaped(std::string &made, unsigned char byte) {
    if (byte == '"' || byte == '\\')
        made += '\\';
    if (byte >= 0x20) {
        made += static_cast<char>(byte);
        return;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", byte);
    made += code.data();
}

} // namespace

std::string json_text(std::string_view text) {
    std::string made = "\"";
    for (const unsigned char byte : text)
        append_escaped(made, byte);
    return made + '"';
}

JsonLine &JsonLine::add_made(const char *name, std::string_view value) {
    members_ += (members_.empty() ? "\"" : ", \"") + std::string(name) + "\": " + std::string(value);
    return *this;
}

JsonLine &JsonLine::add(const char *name, std::string_view text) { return add_made(name, json_text(text)); }
JsonLine &JsonLine::add(const char *name, int number) { return add_made(name, std::to_string(number)); }

void write_line(int file, const JsonLine &line) noexcept {
    const std::string text = line.object() + "\n";
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t written = write(file, rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            return; // the command has gone
        rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

} // namespace pyhook
