// dump/lines.h: -D DUMP_PYHOOK: the lines of the configuration as httpd has read them, with the callables that they
// name.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// Prints each line as JSON: after Include, <IfDefine> and macros, with the number of the section that it stands in.
void dump_lines(apr_pool_t *pconf);

} // namespace pyhook
