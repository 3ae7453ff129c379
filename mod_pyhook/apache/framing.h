// apache/framing.h: keeps the end of a response on the wire: nothing can follow it.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// True if the head of the response has gone out. No error page can follow then.
bool has_begun(const request_rec *r) noexcept;

/// True if the response ends with its head, as do answers to HEAD, 204 and 304.
bool has_no_body(const request_rec *r) noexcept;

/// True if the response is a stream of events, which is whole at any moment and only ends when its client leaves.
bool is_endless(const request_rec *r) noexcept;

/// True if the end of this request's output has been given to its filters.
bool is_given_whole(const request_rec *r) noexcept;

/// True if the end of the response has been given. Then httpd or another request has answered, or will.
bool is_complete(const request_rec *r) noexcept;

/// Registers the filter that `keep_framing` adds. `code` is the error code for a body that has not the announced
/// length.
void register_framing(const char *code);

/// From now on the client gets no byte beyond the announced Content-Length and none after the end of the response, and
/// can tell if it got too few. Must be called before Python sends something, or sets a Content-Length; may be called
/// again. `is_under_way` says that the end may have been given to a filter, but has not been sent.
void keep_framing(request_rec *r, bool is_under_way = false) noexcept;

/// True if keep_framing has been called for this response.
bool has_framing(const request_rec *r) noexcept;

/// Registers a hook that makes the logs of an HTTP/2 stream agree with `has_gone`.
void attach_whole();

/// Notes that the client has been given the whole response.
void note_whole(const request_rec *r);

/// True if the client left before it was given the whole response. mod_http2 also marks the connection of a stream as
/// aborted when the end of the stream has gone out, while the handler still runs.
bool has_gone(const conn_rec *c) noexcept;

} // namespace apache
