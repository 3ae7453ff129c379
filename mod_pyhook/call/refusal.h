// call/refusal.h: refuses the content of a request if a callable could not decide about it where httpd takes no
// status.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// Attaches the hooks that refuse_content needs, once per reading of the configuration.
void attach_refusal();

/// Answers the request with `status` if its content has not begun yet. A redirect or another error is replaced.
void refuse_content(request_rec *r, int status) noexcept;

} // namespace pyhook
