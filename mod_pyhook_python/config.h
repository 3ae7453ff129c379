// config.h: what mod_python's directives say, per server and per location. Python reads it as text, which it caches by
// its content: the texts of a location are put together from those of its sections.
#pragma once

#include "httpd.h"

#include <cstddef>
#include <iterator>
#include <string_view>

namespace mod_python {

/// What the texts consist of: parts, records of fields.
inline constexpr const char *part_mark = "\x1d";
inline constexpr const char *record_mark = "\x1e";
inline constexpr const char *field_mark = "\x1f";

/// A directive that names handlers.
struct Phase {
    const char *directive;
    const char *hook;    // mod_pyhook's name of the phase that it runs in
    int where;           // the contexts that httpd allows it in
    bool has_extensions; // "| .ext" may follow
    const char *help;
};

inline constexpr int by_server = RSRC_CONF;

// clang-format off
inline constexpr Phase phases[] = {
    {"PythonPostReadRequestHandler", "post_read_request", by_server, false, "Python handlers that run when the headers have been read."},
    {"PythonTransHandler",           "translate_name",    by_server, false, "Python handlers that map the URI to a file."},
    {"PythonHeaderParserHandler",    "header_parser",     OR_ALL,    true,  "Python handlers that look at the headers."},
    {"PythonInitHandler",            "header_parser",     OR_ALL,    true,  "Python handlers that run first: in a server when the headers have been read, in a directory before all others."},
    {"PythonAccessHandler",          "access_checker",    OR_ALL,    true,  "Python handlers that say whether the client may come here."},
    {"PythonAuthenHandler",          "check_authn",       OR_ALL,    true,  "Python handlers that say who the user is."},
    {"PythonAuthzHandler",           "check_authz",       OR_ALL,    true,  "Python handlers that say whether the user may come here."},
    {"PythonTypeHandler",            "type_checker",      OR_ALL,    true,  "Python handlers that choose the content type or the handler."},
    {"PythonFixupHandler",           "fixups",            OR_ALL,    true,  "Python handlers that run just before the content is made."},
    {"PythonHandler",                "handler",           OR_ALL,    true,  "Python handlers that make the content."},
    {"PythonLogHandler",             "log_transaction",   OR_ALL,    true,  "Python handlers that run when the response has been sent."},
    {"PythonCleanupHandler",         "log_transaction",   OR_ALL,    true,  "Python handlers that run at the end of the request."},
};
// clang-format on

inline constexpr std::size_t phase_count = std::size(phases);

/// The position of a directive in the table; a name that is not there does not compile.
consteval std::size_t phase_index(std::string_view directive) {
    for (std::size_t index = 0; index < phase_count; ++index)
        if (directive == phases[index].directive)
            return index;
    throw "no such directive";
}

struct DirConfig {
    const char *handlers[phase_count]; // a record for each handler; null: none
    const char *settings; // a record for each of the other directives; a later one holds against an earlier

    static DirConfig &of(const ap_conf_vector_t *per_dir_config) {
        return *static_cast<DirConfig *>(ap_get_module_config(per_dir_config, &python_module));
    }
};

struct ServerConfig {
    const char *connection; // the record of the handler of connections; null: none
    const char *imports;    // a record for each PythonImport; only the main server's is used

    static ServerConfig &of(const server_rec *s) {
        return *static_cast<ServerConfig *>(ap_get_module_config(s->module_config, &python_module));
    }
};

/// One text after another; either may be null.
const char *joined(apr_pool_t *pool, const char *first, const char *second);

extern "C" {
void *create_dir_config(apr_pool_t *pool, char *directory);
void *merge_dir_config(apr_pool_t *pool, void *outer, void *inner);
void *create_server_config(apr_pool_t *pool, server_rec *s);
void *merge_server_config(apr_pool_t *pool, void *outer, void *inner);
}

} // namespace mod_python
