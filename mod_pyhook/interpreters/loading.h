// interpreters/loading.h: what a new interpreter imports and runs before it serves its first request.
#pragma once

#include "config/config.h"
#include "types/state.h"

#include <bitset>
#include <functional>
#include <optional>

namespace pyhook {

/// A plug-in as the configuration names it.
struct PluginLine {
    const char *directive; // PyHookImport or PyHookInterpreter
    std::string words;
    const char *module;
};

/// Calls `import` for each plug-in of an interpreter: first those of its own definition (null for the main
/// interpreter), then those of PyHookImport. Stops and returns false when `import` returns false.
bool each_plugin(const InterpreterDefinition *own,
                 const ServerConfig &config,
                 const std::function<bool(const PluginLine &)> &import);

/// Imports a plug-in into the attached interpreter; false after a failure, which is logged.
bool import_plugin(const PluginLine &line, server_rec *s) noexcept;

/// To be called when all plug-ins are imported: takes what they have registered, runs their callbacks, and imports the
/// callables of the logging hooks. These are never imported while something is logged, because the thread that logs may
/// hold a lock that the import needs. Returns the phases that have callables; nothing after a failure, which is logged.
std::optional<std::bitset<phase_count>> begin_serving(State &state, server_rec *s) noexcept;

/// Loads the preloaded applications that run in `interpreter`, a position as in DirConfig. An application that cannot
/// be loaded answers 500; other requests are not affected.
void preload(State &state, int interpreter, server_rec *s);

} // namespace pyhook
