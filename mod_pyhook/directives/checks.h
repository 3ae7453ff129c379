// directives/checks.h: what is wrong with the configuration as a whole, asked before any Python runs.
#pragma once

#include "config/config.h"

namespace pyhook {

/// False if one name means two modules: Python keeps modules by name, so an interpreter would have only the first. The
/// problem and its cure are logged. `config` is that of the main server.
bool check_module_names(apr_pool_t *pconf, const ServerConfig &config);

/// False if another loaded module would start Python in the same process: CPython can be started once. The problem and
/// its cure are logged.
bool check_other_pythons();

/// False if worker processes, which the parent starts outside, and ChrootDir are both wanted. The problem and its cure
/// are logged.
bool check_chroot();

/// False if a line names Python that can't run in the processes that PyHookRunIn names for its place. Of a place that
/// only a request can tell, nothing is said: the request is refused. The problem and its cure are logged.
bool check_run_in(apr_pool_t *temporary, const ServerConfig &config);

/// False if httpd's children surely run no Python: there are processes, they run all applications, and neither a line
/// nor another module names anything else of Python. Other modules may do so until children start.
bool children_need_python(apr_pool_t *pconf, apr_pool_t *temporary, const ServerConfig &config);

/// Why a line can't mean the handler of this name, which is nearly that of a mod_pyhook handler, or has their prefix;
/// or null. httpd knows no list of names, and would serve a file or a 404.
const char *handler_problem(apr_pool_t *pool, const char *written);

/// False if an AddHandler line, from `line` on, names such a handler. The problem and its cure are logged.
bool check_added_handlers(apr_pool_t *temporary, const ap_directive_t *line);

/// Warns of applications whose .wsgi files are missing, as httpd does of a DocumentRoot: they may come later. Those of
/// processes may be below their chroot=.
void warn_of_missing_files(apr_pool_t *pconf, const ServerConfig &config);

/// Warns of files in directories of PyHookPath and path= that are named like modules of the standard library, which all
/// code of the interpreter would import in place of those.
void warn_of_library_names(const ServerConfig &config);

} // namespace pyhook
