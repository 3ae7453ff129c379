// supervisor/log.h: entries in httpd's error log.
#pragma once

#include <string_view>

namespace supervisor {

/// Writes an entry in httpd's own format. Lines after the first begin with "| ", so that no text can forge an entry;
/// blank lines are left out, and so is what follows after 300 lines.
void log(const char *level, std::string_view text) noexcept;

} // namespace supervisor
