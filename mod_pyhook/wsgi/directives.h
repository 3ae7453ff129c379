// wsgi/directives.h: the directives of the adapter.
#pragma once

#include "apache/httpd.h"

#include <span>

namespace pyhook::wsgi {

std::span<const command_rec> directives();

} // namespace pyhook::wsgi
