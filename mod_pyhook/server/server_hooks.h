// server/server_hooks.h: the table of hooks whose callables belong to a server, each hook with a signature of its own.
#pragma once

#include "config/config.h"

#include <span>

namespace pyhook {

struct ServerHookRow {
    const char *directive;
    ServerHook hook;
    void (*attach)();
    const char *help;
};

std::span<const ServerHookRow> server_hook_rows();

/// Registers the hook, once per reading of the configuration.
void attach_server_hook(const ServerHookRow &row);

void attach_error_log();
void attach_generate_log_id();
void attach_http_scheme();
void attach_default_port();
void attach_open_htaccess();
void attach_dirwalk_stat();

} // namespace pyhook
