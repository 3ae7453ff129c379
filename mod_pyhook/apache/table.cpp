#include "apache/table.h"

#include <algorithm>
#include <array>

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

bool is_field_value(std::string_view value) noexcept {
    return std::none_of(value.begin(), value.end(),
                        [](char byte) { return byte == '\r' || byte == '\n' || byte == '\0'; });
}

} // namespace apache
