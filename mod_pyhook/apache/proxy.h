// apache/proxy.h: mod_proxy's header, with the linkage it needs from C++. Its functions are optional ones: mod_proxy
// may not be loaded.
#pragma once

#include "apache/httpd.h"

extern "C" {
#include <mod_proxy.h>
}
