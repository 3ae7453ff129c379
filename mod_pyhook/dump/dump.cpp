#include "dump/dump.h"

#include "apache/httpd.h"

#include "config/told_lines.h"

#include <unistd.h>

namespace pyhook {

namespace {

/// httpd calls it when it has read and checked everything for -t, and ends afterwards.
void dump(apr_pool_t *pconf, server_rec *s) {
    if (ap_exists_config_define("DUMP_PYHOOK") != 0)
        tell_lines(pconf, Told::everything, [](const std::string &line) { write_line(STDOUT_FILENO, line); });
    if (ap_exists_config_define("CHECK_PYHOOK") != 0)
        try_callables(pconf, s);
}

} // namespace

void attach_dump() { ap_hook_test_config(&dump, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
