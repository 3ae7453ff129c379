// config/interpreters.h: PyHookInterpreter NAME key=value…: the interpreters that a configuration defines.
#pragma once

#include "config/home.h"

#include <span>

namespace pyhook {

struct InterpreterDefinition {
    const char *name;
    bool own_gil = false;
    int count = 1;               // members of the pool
    Home home;                   // a virtual environment of its own
    apr_array_header_t *path;    // of const char *
    apr_array_header_t *imports; // of const char *, imported before the first request
    apr_table_t *environment;    // in its os.environ

    InterpreterDefinition(apr_pool_t *pool, const char *name);
};

/// The interpreter that runs what nobody sends elsewhere. It is not among the defined ones.
inline constexpr int main_interpreter = 0;

/// Reads the words behind the name into `definition`; what is wrong with them, or null.
const char *read_interpreter(cmd_parms *cmd, InterpreterDefinition &definition, std::span<char *const> words);

/// The position by which DirConfig::interpreter names an interpreter, or -1.
int interpreter_position(const apr_array_header_t *defined, const char *name);

} // namespace pyhook
