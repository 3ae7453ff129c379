// apache/kept_body.h: a request's body that somebody has read before its handler runs is there again for the handler.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Registers the filter that gives the body once more.
void register_kept_body();

/// Moves the whole of a received body, its end included, out of `received` to where the handler will find it.
void keep_body(request_rec *r, apr_bucket_brigade *received);

/// Puts a copy of it into `into`; false where none is kept.
bool copy_kept_body(const request_rec *r, apr_bucket_brigade *into);

} // namespace apache
