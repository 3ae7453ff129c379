#include "apache/table.h"

#include <algorithm>

namespace apache {

bool is_token(std::string_view name) noexcept {
    static constexpr std::string_view separators = "()<>@,;:\\\"/[]?={} \t";
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char byte) {
        return byte > 0x20 && byte < 0x7f && separators.find(static_cast<char>(byte)) == std::string_view::npos;
    });
}

bool is_field_value(std::string_view value) noexcept {
    return std::none_of(value.begin(), value.end(),
                        [](char byte) { return byte == '\r' || byte == '\n' || byte == '\0'; });
}

} // namespace apache
