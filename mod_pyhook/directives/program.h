// directives/program.h: the words of PyHookProcesses that are about another program than Python's own worker. Each
// function returns what is wrong, and the cure, or null.
#pragma once

#include "apache/httpd.h"

#include "config/processes.h"

#include <vector>

namespace pyhook {

const char *set_command(cmd_parms *cmd, ProcessesDefinition &definition, const char *value);
const char *set_socket(cmd_parms *cmd, ProcessesDefinition &definition, const char *value);

/// When the whole line has been read: the file of the program, and the path of a socket that was not named.
const char *find_program(apr_pool_t *pool, ProcessesDefinition &definition);

/// The words of a line, of which one may be key="value with spaces": httpd knows quotes only around whole words.
std::vector<char *> words_of(const cmd_parms *cmd);

} // namespace pyhook
