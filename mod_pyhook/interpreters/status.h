// interpreters/status.h: a section of /server-status for what the interpreters of all children do.
#pragma once

#include "types/state.h"

namespace pyhook {

void attach_status();

/// Takes a place in the shared memory for this child, before Python starts. Without mod_status nothing is shared.
void claim_counters() noexcept;
void release_counters() noexcept;

/// The place of one of this child's interpreters.
Counters &counters_of(const py::Interpreter &interpreter) noexcept;

} // namespace pyhook
