// config/size.h: sizes as directives write them: 65536, 64K, 10M, 1G.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// The bytes of a size above zero; 0 if `text` is none.
apr_off_t size_from(const char *text) noexcept;

} // namespace pyhook
