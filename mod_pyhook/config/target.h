// config/target.h: "module:callable" as the configuration names it. The parent only knows the words.
#pragma once

#include "apache/httpd.h"

#include <string_view>
#include <vector>

namespace pyhook {

/// What the named object is used for. A phase calls an instance of a named class, made once per interpreter; a filter
/// makes an instance for every stream; a class that is a WSGI application is called for each request.
enum class Use { callable, filter, application, factory };

struct Target {
    unsigned id; // the same for the same words and use: each interpreter keeps the callable under it
    const char *spec;
    const char *module;    // null if `file` is given
    const char *file;      // a file that is loaded by its path
    const char *attribute; // dots allowed
    Use use;
};

/// What is wrong with `spec` as "module:callable", or null.
const char *spec_problem(apr_pool_t *pool, std::string_view spec);

/// What is wrong with `name` as the name of a module, or null.
const char *module_problem(apr_pool_t *pool, std::string_view name);

/// Makes the registry of targets, to which .htaccess files may add while requests run.
void prepare_targets(apr_pool_t *pconf);

/// The target of a well-formed `spec`. `pconf` is the configuration's pool; safe from any thread.
const Target *target(apr_pool_t *pconf, const char *spec);

/// The target of a well-formed `spec` of a filter.
const Target *filter_target(apr_pool_t *pconf, const char *spec);

/// All targets, in the order of their ids.
std::vector<const Target *> known_targets(apr_pool_t *pconf);

/// What is wrong with `spec` as "module:application", "module:factory()" or the path of a .wsgi file, or null.
const char *application_problem(apr_pool_t *pool, const char *spec);

/// The target of a `spec` with which application_problem finds nothing wrong.
const Target *application(apr_pool_t *pconf, const char *spec);

} // namespace pyhook
