// httpd.h: the only include of httpd's headers and of mod_pyhook's functions for other modules.
#pragma once

#define AP_HAVE_DESIGNATED_INITIALIZER 1

// clang-format off
#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <util_filter.h>
#include <apr_lib.h>
#include <apr_strings.h>
// clang-format on

#include "mod_pyhook.h"

extern "C" {
extern module_struct python_module;
}
static int *const aplog_module_index = &python_module.module_index;
