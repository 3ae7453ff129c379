// types/adding.h: adds filters to a request or a connection when Python code names them.
#pragma once

#include "types/serving.h"

namespace pyhook {

/// Adds the filter to the request, or to the connection if `r` is null; then it must be a filter for connections. A
/// filter that stands in the connection's chain already is not added again. Throws LookupError or ValueError.
void add_filter(Direction direction, const char *name, request_rec *r, conn_rec *c);

} // namespace pyhook
