// apache/status.h: statuses that httpd has no name for. Without a line of its own such a response would be a 500.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// "450 Status 450"; null for a status that httpd knows.
const char *line_of_unknown(apr_pool_t *pool, int status);

/// The response will have `status`: a line that is for another one goes.
void name_status(request_rec *r, int status);

} // namespace apache
