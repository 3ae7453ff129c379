// apache/kept_body.h: keeps a request's body that has been read, so that a later reader finds it again.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Registers the filters that give a kept body.
void register_kept_body();

/// Moves a whole received body, with its end, from `received` to the place where the handler finds it.
void keep_body(request_rec *r, apr_bucket_brigade *received);

/// Copies the kept body into `into`. Returns false if there is none.
bool copy_kept_body(const request_rec *r, apr_bucket_brigade *into);

/// Gives back what a handler has read, which content filters have seen already. The handler that runs instead, or after
/// an internal redirect, reads these bytes first.
void put_back(request_rec *r, apr_bucket_brigade *read);

} // namespace apache
