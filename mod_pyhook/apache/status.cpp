#include "apache/status.h"

#include <cstdlib>

namespace apache {

const char *line_of_unknown(apr_pool_t *pool, int status) {
    const bool is_known = atoi(ap_get_status_line(status)) == status;
    return is_known ? nullptr : apr_psprintf(pool, "%d Status %d", status, status);
}

void name_status(request_rec *r, int status) {
    if (r->status_line == nullptr || atoi(r->status_line) != status)
        r->status_line = line_of_unknown(r->pool, status);
}

} // namespace apache
