// directives/processes.h: the words of PyHookProcesses NAME key=value….
#pragma once

#include "config/processes.h"

#include <span>

namespace pyhook {

/// Reads the words behind the name into `definition`. Returns null, or a sentence that says what is wrong with them.
const char *read_processes(cmd_parms *cmd, ProcessesDefinition &definition, std::span<char *const> words);

} // namespace pyhook
