// directives/interpreters.h: the words of PyHookInterpreter and PyHookProcesses NAME key=value…, and the environments
// that Python runs in.
#pragma once

#include "config/interpreters.h"
#include "config/processes.h"

#include <span>
#include <string>

namespace pyhook {

/// Reads the words behind the name into `definition`; what is wrong with them, or null.
const char *read_interpreter(cmd_parms *cmd, InterpreterDefinition &definition, std::span<char *const> words);

/// `path`, relative to ServerRoot, is the environment, its bin/python or its lib directory. What is wrong with it, and
/// the cure, or null.
const char *find_home(apr_pool_t *pool, const char *path, Home &home);

/// Python that cannot read an environment silently starts in another one. Called afterwards, by the user whom the
/// server runs as: why `prefix` is not the wanted environment, and the cure; or nothing.
std::string home_missed(const Home &home, const std::string &prefix);

// The words path=, setenv= and import= of an interpreter or a group of processes: what is wrong with one, or null.

const char *add_directory(cmd_parms *cmd, Surroundings &surroundings, const char *value);
const char *add_variable(cmd_parms *cmd, Surroundings &surroundings, const char *value);
const char *add_import(cmd_parms *cmd, Surroundings &surroundings, const char *value);

/// The same function as one of a definition, for its table of words.
template <class Definition, const char *(*add)(cmd_parms *, Surroundings &, const char *)>
const char *add_to(cmd_parms *cmd, Definition &definition, const char *value) {
    return add(cmd, definition, value);
}

/// `path`, relative to ServerRoot, as a directory that exists; otherwise null and what is wrong in `*problem`.
const char *existing_directory(apr_pool_t *pool, const char *path, const char **problem);

/// Reads the words behind the name into `definition`. Returns null, or a sentence that says what is wrong with them.
const char *read_processes(cmd_parms *cmd, ProcessesDefinition &definition, std::span<char *const> words);

} // namespace pyhook
