// apache/response.h: bytes and files down a request's output filters.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// What follows the data of one brigade.
enum class Then { more, flush, end };

/// Passes one piece of the body on. The bytes are needed only until the call returns.
apr_status_t pass(request_rec *r, std::string_view data, Then then);

/// Passes part of an open file on, which httpd may send with sendfile. The file must live as long as the request.
apr_status_t pass_file(request_rec *r, apr_file_t *file, apr_off_t offset, apr_off_t length);

/// Puts part of an open file at the end of a brigade, as EnableSendfile and EnableMMAP want it sent there.
void append_file(request_rec *r, apr_bucket_brigade *brigade, apr_file_t *file, apr_off_t offset, apr_off_t length);

/// Ends a response that has begun and can't be completed, so that the client can tell: the connection closes without
/// the last chunk, an HTTP/2 stream is reset.
void break_off(request_rec *r);

} // namespace apache
