// config/told_lines.h: the lines of the configuration as httpd has read them, with the callables that they name, as
// JSON: for `httpd -t -D DUMP_PYHOOK`, and for the command `pyhook` and the console, which ask a child.
#pragma once

#include "apache/httpd.h"

#include <functional>
#include <string>

namespace pyhook {

/// Everything, or no more than what tells which callable serves where: no value of another directive.
enum class Told : bool { everything, routes };

/// Gives each line as an object: after Include, <IfDefine> and macros, with the number of the section that it stands
/// in.
void tell_lines(apr_pool_t *pconf, Told told, const std::function<void(const std::string &)> &take);

} // namespace pyhook
