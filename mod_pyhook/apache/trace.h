// apache/trace.h: the W3C trace context of a request: which trace it belongs to, and which span has caused it.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// Gives a request its traceparent: the client's, if the client is trusted and has sent a valid one, otherwise a new
/// one. What an internal redirect or a sub-request makes keeps the traceparent of the request before it. Handlers,
/// applications and backends find it in the request's headers. tracestate stays only with the client's.
void begin_trace(request_rec *r, bool is_trusted);

/// The traceparent of the request, or of the one that has led to it; null without PyHookTrace.
const char *traceparent_of(const request_rec *r) noexcept;

/// The 32 digits of its trace; empty without PyHookTrace.
std::string_view trace_id_of(const request_rec *r) noexcept;

} // namespace apache
