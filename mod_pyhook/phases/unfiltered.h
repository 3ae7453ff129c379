// phases/unfiltered.h: a response that lacks a filter which it should have had does not go out.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

/// Registers what refuses such responses, once per reading of the configuration.
void attach_unfiltered();

/// The filters could not be inserted: whatever was to be sent, the answer is `status`.
void refuse_unfiltered(request_rec *r, int status);

} // namespace pyhook
