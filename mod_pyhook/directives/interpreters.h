// directives/interpreters.h: the words of PyHookInterpreter NAME key=value….
#pragma once

#include "config/interpreters.h"

#include <span>

namespace pyhook {

/// Reads the words behind the name into `definition`; what is wrong with them, or null.
const char *read_interpreter(cmd_parms *cmd, InterpreterDefinition &definition, std::span<char *const> words);

} // namespace pyhook
