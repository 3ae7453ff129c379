// directives/timeouts.h: the words of PyHookTimeout.
#pragma once

#include "apache/httpd.h"

#include "config/timeouts.h"

#include <optional>
#include <string_view>

namespace pyhook {

/// A number of seconds with at most three digits after the point; nothing for another text.
std::optional<Timeouts::Time> time_from(std::string_view text) noexcept;

/// Reads SECONDS, Off or slow=SECONDS, and a second word, slow=SECONDS or null, into `timeouts`. Gives what is wrong
/// with them, or null.
const char *timeouts_problem(apr_pool_t *pool, const char *first, const char *second, Timeouts &timeouts);

} // namespace pyhook
