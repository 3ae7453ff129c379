// call/registered.h: what decorators have registered: callables of phases, and functions that no request calls.
#pragma once

#include "call/entry.h"
#include "config/phases.h"
#include "types/state.h"

#include <bitset>
#include <optional>
#include <span>
#include <string>

namespace pyhook {

/// Reads what @pyhook.hook has registered in the attached interpreter: which phases have callables now. Nothing after
/// a failure, which is logged.
std::optional<std::bitset<phase_count>> take_registered(State &state, server_rec *s) noexcept;

/// A callable that a plug-in registered, and the name that log entries give it.
struct Registered {
    py::ref callable;
    std::string name;
};

/// Takes a reference to a callable, and makes its name of `__module__` and `__qualname__`.
Registered registered_from(py::borrowed callable);

std::span<const Registered> registered_for(State &state, std::size_t phase);

/// Runs what is registered for "child_init" or "exit" in the attached interpreter. What raises is logged.
void run_callbacks(const char *event, server_rec *s) noexcept;

/// Calls a function that takes nothing, and logs what it raises.
void call_plainly(const Site &site, py::borrowed function, server_rec *s) noexcept;

} // namespace pyhook
