// apache/proxy.h: includes mod_proxy's header with the linkage that C++ needs. Its functions are used as optional ones,
// because mod_proxy may not be loaded.
#pragma once

#include "apache/httpd.h"

extern "C" {
#include <mod_proxy.h>
}
