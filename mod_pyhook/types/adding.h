// types/adding.h: filters that Python adds to a request or a connection by their names.
#pragma once

#include "types/serving.h"

namespace pyhook {

/// Adds the filter to the request, or where `r` is null to the connection, which must be one for connections then. One
/// that stands in the connection's chain already is not added again. Throws LookupError or ValueError.
void add_filter(Direction direction, const char *name, request_rec *r, conn_rec *c);

} // namespace pyhook
