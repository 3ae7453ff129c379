// phases/stream_log.h: the log callables of HTTP/2 run on the stream's own thread.
#pragma once

#include "config/phases.h"

namespace pyhook {

/// mod_http2 ends a stream's request on the connection's thread, under the lock that all streams share. `log` runs
/// before, when the end of the request passes the filters. Registers what sees it pass, once per reading of the
/// configuration.
void attach_stream_log(RequestHook *log);

/// Has it run so for `r`, the first of its redirects?
bool is_stream_logged(const request_rec *r) noexcept;

} // namespace pyhook
