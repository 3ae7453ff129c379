#include "control/json.h"

namespace pyhook {

std::string joined(std::span<const std::string> values) {
    std::string text;
    for (const std::string &value : values)
        text += (text.empty() ? "" : ", ") + value;
    return text;
}

std::string member(std::string_view name, std::string_view value, bool is_first) {
    return (is_first ? "" : ", ") + json_string(name) + ": " + std::string(value);
}

} // namespace pyhook
