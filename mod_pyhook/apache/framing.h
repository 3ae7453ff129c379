// apache/framing.h: where a response ends on the wire. Nothing follows it there, whoever gives more.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Has its end been given? Then httpd or another request has answered, or will.
bool is_complete(const request_rec *r) noexcept;

/// Registers the filter that `keep_framing` adds; `code` is that of a body whose length is not the announced one.
void register_framing(const char *code);

/// From now on the client gets no byte beyond the announced Content-Length, none behind the response's end, and finds
/// out when it gets too few. To be called before Python sends something; it may be called again.
void keep_framing(request_rec *r) noexcept;

} // namespace apache
