// mounts/directives.h: the directives that mount applications.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook::mounts {

std::span<const command_rec> directives();

} // namespace pyhook::mounts
