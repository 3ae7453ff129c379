// directives/operating_directives.h: what lets an administrator see and steer a running server.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook {

std::span<const command_rec> operating_directives();

} // namespace pyhook
