// directives/chroot.h: chroot= of PyHookProcesses, and what the processes will find below it. Without chroot= that is
// what httpd itself finds.
#pragma once

#include "apache/httpd.h"

#include "config/processes.h"

namespace pyhook {

/// Names the directory. Returns null, or a sentence that says what is wrong with it.
const char *set_chroot(cmd_parms *cmd, ProcessesDefinition &definition, const char *value);

bool has_directory(const ProcessesDefinition &definition, const char *path);
bool has_file(const ProcessesDefinition &definition, const char *path);
bool has_program(const ProcessesDefinition &definition, const char *path);

/// When the whole line has been read: what the worker itself needs below the directory, and is not there, and the cure;
/// or null.
const char *lacking_below(apr_pool_t *pool, const ProcessesDefinition &definition);

} // namespace pyhook
