// apache/error_page.h: the body of an error or redirect: httpd's page, an ErrorDocument, or a body that Python gave.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// Registers the hooks and the filter that this header needs, once per reading of the configuration.
void attach_error_pages();
/// If the request is answered with `status`, it gets this body instead of httpd's page or an ErrorDocument. `type` may
/// be null.
void keep_error_body(request_rec *r, int status, std::string_view body, const char *type);

/// True if a body is kept for this status.
bool has_error_body(request_rec *r, int status);

/// Answers with `status` a request of whose response nothing has gone out. The code that makes the content meanwhile
/// must stop; its caller tells it so with AP_FILTER_ERROR.
void answer_error(request_rec *r, int status);

/// "450 Status 450". Null for a status that httpd knows.
const char *line_of_unknown(apr_pool_t *pool, int status);

/// Prepares the response for `status`: removes a status line that belongs to another status.
void name_status(request_rec *r, int status);

} // namespace apache
