// apache/framing.h: where a response ends on the wire. Nothing follows it there, whoever gives more.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Has the head of the response gone out? Then no error page can follow.
bool has_begun(const request_rec *r) noexcept;

/// Does the response end with its head: that to HEAD, 204, 304?
bool has_no_body(const request_rec *r) noexcept;

/// Has its end been given? Then httpd or another request has answered, or will.
bool is_complete(const request_rec *r) noexcept;

/// Registers the filter that `keep_framing` adds; `code` is that of a body whose length is not the announced one.
void register_framing(const char *code);

/// From now on the client gets no byte beyond the announced Content-Length, none behind the response's end, and finds
/// out when it gets too few. To be called before Python sends something; it may be called again.
void keep_framing(request_rec *r) noexcept;

/// Registers what has the logs of a stream of HTTP/2 say as much as `has_gone`.
void attach_whole();

/// The client has been given all of it.
void note_whole(const request_rec *r);

/// Did the client leave before that? To mod_http2 the connection of a stream is aborted once its end has gone out, too,
/// while the handler still runs.
bool has_gone(const conn_rec *c) noexcept;

} // namespace apache
