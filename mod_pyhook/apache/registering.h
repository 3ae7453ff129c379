// apache/registering.h: registers functions with httpd: when a directive first needs them, and one for each number. The
// marks of what is registered lie in the configuration's pool and end with the hooks, which httpd then forgets.
#pragma once

#include "apache/httpd.h"

#include <array>
#include <utility>

namespace pyhook {
class MetricsText; // of a room above
}

namespace apache {

/// What this reading of the configuration has made: numbers and handles from httpd, and what our functions need that
/// httpd calls without an argument. At the next reading all is made again.
struct Reading {
    apr_size_t error_note;
    ap_filter_rec_t *error_body;
    ap_filter_rec_t *framing;
    ap_filter_rec_t *kept_body;
    ap_filter_rec_t *returned_body;
    ap_filter_rec_t *outlet;
    ap_filter_rec_t *refusal;
    ap_filter_rec_t *unfiltered;
    ap_filter_rec_t *stream_log;
    int (*log_stream)(request_rec *);
    void (*more_metrics)(pyhook::MetricsText &);

    // Error codes, which belong to a room above.
    const char *wrong_length;
    const char *near_limit;
};

inline constinit Reading reading{};

/// True if `first_time(what)` has been called since httpd began to read the configuration.
inline bool was_done(const char *what) noexcept {
    void *mark = nullptr;
    apr_pool_userdata_get(&mark, what, ap_server_conf->process->pconf);
    return mark != nullptr;
}

/// True at the first call for `what`, a name that must live as long as the module.
inline bool first_time(const char *what) noexcept {
    if (was_done(what))
        return false;
    apr_pool_userdata_setn(what, what, nullptr, ap_server_conf->process->pconf);
    return true;
}

/// For callbacks that httpd calls without an argument that says which one is meant: the array of the values of
/// `make.operator()<position>()`, for every position.
template <std::size_t count, class Make> constexpr auto numbered(Make make) {
    return [&]<std::size_t... position>(std::index_sequence<position...>) {
        return std::array{make.template operator()<position>()...};
    }
    (std::make_index_sequence<count>());
}

} // namespace apache
