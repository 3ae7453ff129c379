// config/server_hooks.h: the hooks that a server names callables for and that are all of their own kind.
#pragma once

#include <cstddef>

namespace pyhook {

enum class ServerHook { error_log, generate_log_id, http_scheme, default_port, open_htaccess, dirwalk_stat, count };

inline constexpr std::size_t server_hook_count = static_cast<std::size_t>(ServerHook::count);

} // namespace pyhook
