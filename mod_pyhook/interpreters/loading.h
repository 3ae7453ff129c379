// interpreters/loading.h: what a new interpreter imports and runs before it serves its first request.
#pragma once

#include "config/config.h"
#include "types/state.h"

#include <bitset>
#include <functional>
#include <optional>

namespace pyhook {

/// Where the configuration names a plug-in, in the words of log entries.
struct PluginLine {
    const char *directive; // PyHookImport or PyHookInterpreter
    std::string words;
    const char *module;
};

/// Gives the plug-ins of an interpreter to `import` in the order in which they are imported: its own, null for the main
/// one, then those of all. False once `import` has said so.
bool each_plugin(const InterpreterDefinition *own,
                 const ServerConfig &config,
                 const std::function<bool(const PluginLine &)> &import);

/// Imports a plug-in into the attached interpreter; false after a failure, which is logged.
bool import_plugin(const PluginLine &line, server_rec *s) noexcept;

/// All plug-ins are there: takes what they have registered, runs their callbacks, and imports what is called while
/// something is logged, which must never be imported then: whoever logs may hold a lock that the import needs. The
/// phases that have callables now, or nothing after a failure, which is logged.
std::optional<std::bitset<phase_count>> begin_serving(State &state, server_rec *s) noexcept;

/// Loads the applications of PyHookWSGIAlias … preload that run in `interpreter`, a position as DirConfig has it. One
/// that can't be loaded answers 500 itself; nothing else is refused because of it.
void preload(State &state, int interpreter, server_rec *s) noexcept;

} // namespace pyhook
