// config/target.h: "module:callable" as the configuration names it. The parent only knows the words.
#pragma once

#include "apache/httpd.h"

#include <string_view>
#include <vector>

namespace pyhook {

/// What the named object is for. A class that a phase names stands for its instance; as a WSGI application it is called
/// for each request, as any other.
/// Of a class that is a filter every stream gets an instance.
enum class Use { callable, filter, application, factory };

struct Target {
    unsigned id; // the same for the same words and use: each interpreter keeps the callable under it
    const char *spec;
    const char *module;    // or null, when it is
    const char *file;      // a file that is loaded by its path
    const char *attribute; // dots allowed
    Use use;
};

/// What is wrong with `spec` as "module:callable", or null.
const char *spec_problem(apr_pool_t *pool, std::string_view spec);

/// What is wrong with `name` as the name of a module, or null.
const char *module_problem(apr_pool_t *pool, std::string_view name);

/// Makes the place where targets are kept, for those that .htaccess files will add.
void prepare_targets(apr_pool_t *pconf);

/// The target of a well-formed `spec`. `pconf` is the configuration's pool; safe from any thread.
const Target *target(apr_pool_t *pconf, const char *spec);

/// The same as a filter.
const Target *filter_target(apr_pool_t *pconf, const char *spec);

/// All there are, in the order of their ids.
std::vector<const Target *> known_targets(apr_pool_t *pconf);

/// What is wrong with `spec` as "module:application", "module:factory()" or the path of a .wsgi file, or null.
const char *application_problem(apr_pool_t *pool, const char *spec);

/// The same for such a `spec`.
const Target *application(apr_pool_t *pconf, const char *spec);

} // namespace pyhook
