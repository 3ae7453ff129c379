// dump/output.h: a line of JSON for the command `pyhook`.
#pragma once

#include <string_view>

namespace pyhook {

/// Writes the object to `file` as a line.
void write_line(int file, std::string_view object) noexcept;

} // namespace pyhook
