// call/callable.h: from a name of the configuration to its callable in an interpreter, which imports it at its first
// use.
#pragma once

#include "config/named.h"
#include "types/state.h"

#include <vector>

namespace pyhook {

/// Why a target has no callable here, as far as it has been tried.
struct Unresolved {
    const char *code;
    py::ref exception;

    /// As a log entry says it.
    const char *what() const noexcept;
};

/// The callable of a target in the attached interpreter, imported at its first use. Throws `Unresolved`.
py::borrowed resolve(State &state, const Target &target);
py::borrowed resolve(State &state, const Choice &choice);

/// The same, null where there is none.
py::maybe find(State &state, const Target &target);

/// The same, null also where it has not been loaded yet.
py::maybe find_loaded(State &state, const Target &target);

/// Loads the callable before anybody asks for it. A failure is logged.
void load_early(State &state, const char *phase, const Target &target, server_rec *s) noexcept;

/// The targets that have a callable in the attached interpreter.
std::vector<const Target *> loaded_in(State &state);

/// Why others have none, an exception each.
std::vector<py::ref> failures_in(State &state);

/// Imports a module that the configuration names, in the attached interpreter. Throws, too, where Python gives another
/// module of that name than the configuration's directories do.
py::ref load_module(const char *name);

/// The same of one whose decorators register callables. What raises has registered none.
void load_plugin(const char *name);

} // namespace pyhook
