// types/environ.h: a request as PEP 3333 shows it. wsgi/, which is above, has the function's body.
#pragma once

#include "types/request.h"

namespace pyhook {

/// A new WSGI environ of a request in any phase. SCRIPT_NAME is the place where the callable that runs was named.
py::ref environ_of(Request &request);

} // namespace pyhook
