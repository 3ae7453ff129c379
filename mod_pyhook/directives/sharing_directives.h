// directives/sharing_directives.h: PyHookShared, which defines dictionaries.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook {

std::span<const command_rec> sharing_directives();

} // namespace pyhook
