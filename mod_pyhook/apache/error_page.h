// apache/error_page.h: what goes out for a status that is an error or a redirect: httpd's page, an ErrorDocument, or a
// body of its own.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// Registers what keeps the words of this header, once per reading of the configuration.
void attach_error_pages();
/// If the request is answered `status`, it is with this body: no page of httpd's, no ErrorDocument. `type` may be null.
void keep_error_body(request_rec *r, int status, std::string_view body, const char *type);

/// Ends a response of which nothing has gone out with what belongs to `status`. Whoever makes the content meanwhile has
/// to stop: AP_FILTER_ERROR tells it so.
void answer_error(request_rec *r, int status);

/// "450 Status 450"; null for a status that httpd knows.
const char *line_of_unknown(apr_pool_t *pool, int status);

/// The response will have `status`: a line that is for another one goes.
void name_status(request_rec *r, int status);

} // namespace apache
