// apache/kept_body.h: a request's body that somebody has read is there again for whoever comes later.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Registers the filters that give a body once more.
void register_kept_body();

/// Moves the whole of a received body, its end included, out of `received` to where the handler will find it.
void keep_body(request_rec *r, apr_bucket_brigade *received);

/// Puts a copy of what was kept into `into`; false where nothing was.
bool copy_kept_body(const request_rec *r, apr_bucket_brigade *into);

/// What a handler has read, the filters of the content included, comes first for the handler that runs in its place, or
/// for that of an internal redirect.
void put_back(request_rec *r, apr_bucket_brigade *read);

} // namespace apache
