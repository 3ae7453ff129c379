// server/trace_directives.h: PyHookTrace, which gives each request a W3C trace context before any other hook runs.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook {

std::span<const command_rec> trace_directives();

} // namespace pyhook
