// call/callable.h: from a name of the configuration to its callable in an interpreter, which imports it at its first
// use.
#pragma once

#include "config/named.h"
#include "types/state.h"

#include <vector>

namespace pyhook {

/// Why a target has no callable in this interpreter.
struct Unresolved {
    const char *code;
    py::ref exception;

    /// In the words of a log entry.
    const char *what() const noexcept;
};

namespace detail {
py::borrowed load(State &state, const Target &target);
}

/// The callable of a target in the attached interpreter, imported at its first use. Throws `Unresolved`.
inline py::borrowed resolve(State &state, const Target &target) {
    PyObject *callable = state.callable(target.id);
    return callable != nullptr ? py::borrowed(callable) : detail::load(state, target);
}
py::borrowed resolve(State &state, const Choice &choice);

/// Like `resolve`, but null if there is no callable of this name.
py::maybe find(State &state, const Target &target);

/// Like `find`, but null also if the callable is not loaded yet.
py::maybe find_loaded(State &state, const Target &target);

/// Loads the callable before a request needs it. A failure is logged.
void load_early(State &state, const char *phase, const Target &target, server_rec *s) noexcept;

/// The targets that have a callable in the attached interpreter.
std::vector<const Target *> loaded_in(State &state);

/// The exceptions of the targets that could not be loaded.
std::vector<py::ref> failures_in(State &state);

/// Imports a module that the configuration names into the attached interpreter. Throws also if Python finds another
/// module of that name than the one in the configured directories.
py::ref load_module(const char *name);

/// Imports a module whose decorators register callables. If it raises, nothing stays registered.
void load_plugin(const char *name);

} // namespace pyhook
