#include "apache/status.h"

#include <cstdlib>
#include <utility>

namespace apache {

const char *line_of_unknown(apr_pool_t *pool, int status) {
    const bool is_known = atoi(ap_get_status_line(status)) == status;
    return is_known ? nullptr : apr_psprintf(pool, "%d Status %d", status, status);
}

void name_status(request_rec *r, int status) {
    if (r->status_line == nullptr || atoi(r->status_line) != status)
        r->status_line = line_of_unknown(r->pool, status);
}

namespace {

constinit bool attached = false;

/// An internal redirect keeps the status and loses its line.
int name_document(request_rec *r) {
    if (r->prev != nullptr && line_of_unknown(r->pool, r->status) != nullptr) {
        r->status_line = r->prev->status_line;
        name_status(r, r->status);
    }
    return DECLINED;
}

} // namespace

void attach_names() {
    if (!std::exchange(attached, true))
        ap_hook_post_read_request(&name_document, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

void forget_attached_names() { attached = false; }

} // namespace apache
