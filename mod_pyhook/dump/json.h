// dump/json.h: a line of JSON on the standard output. Bytes above 0x7f stay as the configuration has them.
#pragma once

#include <string>
#include <string_view>

namespace pyhook {

/// An object, made member by member.
class JsonLine {
public:
    JsonLine &add(const char *name, std::string_view text);
    JsonLine &add(const char *name, int number);
    /// `value` is JSON already.
    JsonLine &add_made(const char *name, std::string_view value);

    std::string object() const { return "{" + members_ + "}"; }

private:
    std::string members_;
};

std::string json_text(std::string_view text);

/// Writes the object to `file` as a line.
void write_line(int file, const JsonLine &line) noexcept;

} // namespace pyhook
