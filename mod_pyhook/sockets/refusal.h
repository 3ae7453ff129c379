// sockets/refusal.h: a request that something of ours could not decide about gets no content.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// Attaches the check, once per reading of the configuration.
void attach_refusal();
void forget_attached_refusal();

/// Whatever httpd makes of the failure, the request is answered 500 if it has not come to its content yet.
void refuse_content(request_rec *r);

} // namespace pyhook
