#include "server/server_hooks.h"

#include "apache/registering.h"

#include "py/poison.h"

namespace pyhook {

namespace {

// clang-format off
constexpr ServerHookRow rows[] = {
    {"PyHookErrorLog",      ServerHook::error_log,       attach_error_log,       "Gets every entry of the error log."},
    {"PyHookGenerateLogId", ServerHook::generate_log_id, attach_generate_log_id, "Makes the id that %L logs for a connection or request."},
    {"PyHookHttpScheme",    ServerHook::http_scheme,     attach_http_scheme,     "The scheme of URLs that point to this server."},
    {"PyHookDefaultPort",   ServerHook::default_port,    attach_default_port,    "The port that URLs to this server may leave out."},
    {"PyHookOpenHtaccess",  ServerHook::open_htaccess,   attach_open_htaccess,   "The text of .htaccess files that are not on disk."},
    {"PyHookDirwalkStat",   ServerHook::dirwalk_stat,    attach_dirwalk_stat,    "Files and directories that are not on disk."},
};
// clang-format on

} // namespace

std::span<const ServerHookRow> server_hook_rows() { return rows; }

void attach_server_hook(const ServerHookRow &row) {
    if (apache::first_time(row.directive))
        row.attach();
}

} // namespace pyhook
