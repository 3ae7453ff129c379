// control/json.h: writes JSON texts.
#pragma once

#include "apache/json.h"

#include <span>
#include <string>
#include <string_view>

namespace pyhook {

inline std::string json_string(std::string_view text) { return apache::json_text(text); }

inline std::string json_list(std::span<const std::string> values) { return apache::json_list(values); }

/// Values with commas between them, for a list that others go on with.
std::string joined(std::span<const std::string> values);

/// "name": value, with a comma before it unless it is the first of its object.
std::string member(std::string_view name, std::string_view value, bool is_first = false);

} // namespace pyhook
