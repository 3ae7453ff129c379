// types/waiting.h: what of a response is still to come while a filter or a sub-request runs.
#pragma once

#include "types/serving.h"

namespace pyhook {

/// Notes that Python has looked up this sub-request, and is the one that runs it.
void note_looked_up(const request_rec *sub) noexcept;

/// True if `main` waits for a sub-request that another module runs, or that is still looked up. mod_include, for
/// example, runs a sub-request while one of the main request's filters waits for it. That filter can't be given
/// anything then, and its response is not complete. The same holds while a sub-request is looked up, because that may
/// happen in such a part.
bool waits(const request_rec *main) noexcept;

/// Like apache::keep_framing. A filter, or a part of a page, may run after httpd was given the end of the response, and
/// before that is sent.
void keep_framing(request_rec *r) noexcept;

} // namespace pyhook
