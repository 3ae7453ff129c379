// phases/on_loop.h: a content handler that is a coroutine or an async generator.
#pragma once

#include "phases/answer.h"

namespace pyhook {

/// Waits until `target`, which a handler returned, is done on the event loop of its interpreter. Returns the phase's
/// status. After SUSPENDED the request belongs to other threads, and the calling thread may not use it any more.
/// Throws what the handler raised.
int answer_on_loop(const PhaseRun &run, const Site &site, py::borrowed target);

} // namespace pyhook
