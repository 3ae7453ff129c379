// config/target.h: "module:callable" as the configuration names it. The parent only knows the words.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace pyhook {

struct Target {
    unsigned id; // the same for the same words: each interpreter keeps the callable under it
    const char *spec;
    const char *module;
    const char *attribute; // dots allowed
};

/// What is wrong with `spec` as "module:callable", or null.
const char *spec_problem(apr_pool_t *pool, std::string_view spec);

/// What is wrong with `name` as the name of a module, or null.
const char *module_problem(apr_pool_t *pool, std::string_view name);

/// The target of a well-formed `spec`. `pconf` is the configuration's pool; safe from any thread.
const Target *target(apr_pool_t *pconf, const char *spec);

} // namespace pyhook
