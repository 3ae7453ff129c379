// call/refusal.h: a request that something of ours could not decide about, where httpd takes no answer, gets no
// content.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// Attaches what keeps the rest of this header's word, once per reading of the configuration.
void attach_refusal();

/// Whatever httpd makes of it, the request is answered `status` if it has not come to its content yet. A redirect or
/// another error is replaced.
void refuse_content(request_rec *r, int status) noexcept;

} // namespace pyhook
