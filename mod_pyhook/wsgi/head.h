// wsgi/head.h: the arguments of start_response.
#pragma once

#include "py/ref.h"

#include "gateway/head.h"

namespace pyhook::wsgi {

/// Raises TypeError or ValueError that says what was expected and what came.
gateway::Head head_from(request_rec *r, py::borrowed status, py::borrowed headers);

} // namespace pyhook::wsgi
