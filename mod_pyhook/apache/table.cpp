#include "apache/table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace apache {

namespace {

constexpr auto token_bytes = [] {
    std::array<bool, 256> table{};
    for (unsigned byte = 0x21; byte < 0x7f; ++byte)
        table[byte] = std::string_view("()<>@,;:\\\"/[]?={}").find(static_cast<char>(byte)) == std::string_view::npos;
    return table;
}();

} // namespace

bool is_token(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char byte) { return token_bytes[byte]; });
}

namespace {

/// True if one of the eight bytes at `place` is a control character up to CR.
bool has_low_byte(const char *place) noexcept {
    constexpr std::uint64_t each = 0x0101010101010101;
    std::uint64_t bytes = 0;
    memcpy(&bytes, place, sizeof(bytes));
    return ((bytes - each * ('\r' + 1)) & ~bytes & each * 0x80) != 0;
}

bool ends_line(char byte) noexcept { return byte == '\r' || byte == '\n' || byte == '\0'; }

} // namespace

/// Looks at eight bytes at once: almost no value has a low byte.
bool is_field_value(std::string_view value) noexcept {
    const char *at = value.data();
    const char *end = at + value.size();
    while (end - at >= 8 && !has_low_byte(at))
        at += 8;
    if (at != value.data() && end - at < 8 && !has_low_byte(end - 8))
        return true;
    return std::none_of(at, end, &ends_line);
}

} // namespace apache
