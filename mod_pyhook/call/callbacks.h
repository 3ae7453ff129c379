// call/callbacks.h: what @pyhook.on_child_init and @pyhook.on_exit have registered: functions that no request calls.
#pragma once

#include "call/call.h"

namespace pyhook {

/// Runs what is registered for "child_init" or "exit" in the attached interpreter. What raises is logged.
void run_callbacks(const char *event, server_rec *s) noexcept;

/// Calls a function that takes nothing, and logs what it raises.
void call_plainly(const Site &site, py::borrowed function, server_rec *s) noexcept;

} // namespace pyhook
