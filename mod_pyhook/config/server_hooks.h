// config/server_hooks.h: the hooks that a server names callables for and that are all of their own kind.
#pragma once

#include <cstddef>

namespace pyhook {

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
