// phases/special_phases.h: phases that need more of httpd than their hook.
#pragma once

#include "config/phases.h"

#include <bitset>

namespace pyhook {

// Access phases: asked for every URI. httpd would ask once for each place of the configuration.

/// The phases whose answer lets a request in.
inline constexpr std::bitset<phase_count> access_phases{
    1U << phase_index("access_checker") | 1U << phase_index("access_checker_ex") | 1U << phase_index("check_authn") |
    1U << phase_index("check_authz")};

/// Registers what makes httpd ask, once per reading of the configuration.
void attach_per_uri();

// insert_filter: a response is not sent without a filter that should have been inserted.

/// Registers the filter and the handler that refuse these responses, once per reading of the configuration.
void attach_unfiltered();

/// Answers with `status` instead of the content, because the filters could not be inserted.
void refuse_unfiltered(request_rec *r, int status);

// log_transaction: over HTTP/2, log callables run on the thread of the stream.

/// mod_http2 ends a stream's request on the connection's thread, under the lock that all streams share. `log` runs
/// before, when the end of the request passes the filters. Registers what sees it pass, once per reading of the
/// configuration.
void attach_stream_log(RequestHook *log);

/// True if `log` has run so for `r`, the first request of its redirects.
bool is_stream_logged(const request_rec *r) noexcept;

} // namespace pyhook
