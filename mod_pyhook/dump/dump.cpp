#include "dump/dump.h"

#include "apache/httpd.h"

#include "config/told_lines.h"

#include <cerrno>
#include <string>
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

void write_line(int file, std::string_view object) noexcept {
    const std::string text = std::string(object) + "\n";
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t written = write(file, rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            return; // the command has gone
        rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

void attach_dump() { ap_hook_test_config(&dump, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
