// config/hooks.h: the hooks that get no request: the table of those that get a connection, and those of a server,
// which are all of their own kind.
#pragma once

#include "config/phases.h"

namespace pyhook {

using ConnectionFunction = int(conn_rec *);
using AcceptFunction = int(conn_rec *, void *socket);

struct ConnectionHook {
    const char *name; // in log entries
    const char *directive;
    std::variant<Attach<ConnectionFunction> *, Attach<AcceptFunction> *> attach;
    Run run;
    bool speaks;               // reads and writes the connection; None means that it has done so
    const char *const *follow; // modules whose function runs before ours
    const char *help;
};

namespace order {
inline constexpr const char *mod_ssl[] = {"mod_ssl.c", nullptr};
} // namespace order

// clang-format off
inline constexpr ConnectionHook connection_hooks[] = {
    {"pre_connection",       "PyHookPreConnection",      ap_hook_pre_connection,       Run::all,   false, nullptr,        "A client has connected: may it?"},
    {"process_connection",   "PyHookProcessConnection",  ap_hook_process_connection,   Run::first, true,  order::mod_ssl, "Speak a protocol of your own on the connection, instead of HTTP."},
    {"pre_close_connection", "PyHookPreCloseConnection", ap_hook_pre_close_connection, Run::all,   false, nullptr,        "The connection is about to be closed."},
};
// clang-format on

inline constexpr std::size_t connection_hook_count = std::size(connection_hooks);

enum class ServerHook { error_log, generate_log_id, http_scheme, default_port, open_htaccess, dirwalk_stat, count };

/// Those that are called while something is logged, and what they are called in log entries.
struct LoggingHook {
    ServerHook hook;
    const char *name;
};
inline constexpr LoggingHook logging_hooks[] = {{ServerHook::error_log, "error_log"},
                                                {ServerHook::generate_log_id, "generate_log_id"}};

inline constexpr std::size_t server_hook_count = static_cast<std::size_t>(ServerHook::count);

} // namespace pyhook
