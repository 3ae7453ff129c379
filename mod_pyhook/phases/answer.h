// phases/answer.h: what a callable of a phase returned or raised becomes the status of the phase: also a body
// (content.cpp), or a coroutine or an async generator (on_loop.cpp).
#pragma once

#include "call/entry.h"
#include "config/phases.h"
#include "types/request.h"

namespace pyhook {

class Transmission;
struct Placed;

/// One phase of a request, on its way through the callables.
struct PhaseRun {
    Request &request;
    const Phase &phase;
    Transmission *body; // null if the phase makes no content
};

/// The status for what a callable returned. A body is sent, but for what `body` sends at its `finish`.
int answer_with(const PhaseRun &run, const Site &site, py::borrowed result);

/// The phase's status for a callable that failed.
int failed(request_rec *r, const Phase &phase, const Site &site, int status);

/// Is it bytes, str or an iterator?
bool is_body(py::borrowed result) noexcept;

/// Is it a body that is copied, so that `send_body` neither waits nor calls Python?
bool is_small_body(py::borrowed result) noexcept;

/// Sends it, but for what `body` sends at its `finish`. An exception on the way is logged; when the response had begun,
/// the client sees it break off.
int send_body(Request &request, const Site &site, py::borrowed result, Transmission &body);

/// Lets the event loop call the handler, where is_called_by_loop (loops/coroutine.h), and waits until the coroutine is
/// done. Returns the phase's status; after SUSPENDED the request belongs to other threads. Runs detached.
int call_on_loop(State &state, request_rec *r, const Phase &phase, const Placed &placed);

/// Waits until `target`, which a handler returned, is done on the event loop of its interpreter. Returns the phase's
/// status. After SUSPENDED the request belongs to other threads, and the calling thread may not use it any more.
/// Throws what the handler raised.
int answer_on_loop(const PhaseRun &run, const Site &site, py::borrowed target);

} // namespace pyhook
