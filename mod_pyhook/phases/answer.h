// phases/answer.h: what a callable of a phase returned or raised becomes the status of the phase.
#pragma once

#include "call/entry.h"
#include "config/phases.h"
#include "types/request.h"

namespace pyhook {

class Transmission;

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

} // namespace pyhook
