// apache/httpd.h: the only include of httpd's headers, in the order and with the linkage they need from C++.
#pragma once

// Gives the handlers in command_rec their types (C++20), so that a directive with a wrong signature does not compile.
#define AP_HAVE_DESIGNATED_INITIALIZER 1

// clang-format off
#include <httpd.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>
#include <http_vhost.h>
#include <ap_expr.h>
#include <ap_mpm.h>
#include <ap_provider.h>
#include <mod_auth.h>
#include <mpm_common.h>
#include <scoreboard.h>
#include <util_filter.h>
#include <util_script.h>
#include <util_time.h>
#include <apr_buckets.h>
#include <apr_hash.h>
#include <apr_hooks.h>
#include <apr_lib.h>
#include <apr_optional.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <apr_thread_mutex.h>
// clang-format on

// These headers have no linkage specification.
extern "C" {
#include <mod_log_config.h>
#include <mod_rewrite.h>
}

// Declares what APLOG_USE_MODULE declares, but without httpd's name for the type: clang 19 takes `module` after
// `extern` for the start of a C++ module.
extern "C" {
extern module_struct pyhook_module;
}
static int *const aplog_module_index = &pyhook_module.module_index;
