// apache/response.h: passes bytes and files down a request's output filters.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// The buckets for one call of the filters. It lives on the stack, because a pool would keep each one until the request
/// ends.
class Brigade {
public:
    explicit Brigade(request_rec *r) noexcept : brigade_{r->pool, {}, r->connection->bucket_alloc} {
        APR_RING_INIT(&brigade_.list, apr_bucket, link);
    }
    Brigade(const Brigade &) = delete;
    Brigade &operator=(const Brigade &) = delete;
    ~Brigade() { clear(); }

    void append(apr_bucket *bucket) noexcept { APR_BRIGADE_INSERT_TAIL(&brigade_, bucket); }
    apr_bucket_brigade *get() noexcept { return &brigade_; }
    void clear() noexcept {
        if (!APR_BRIGADE_EMPTY(&brigade_))
            apr_brigade_cleanup(&brigade_);
    }

    /// Passes the buckets on. It is empty afterwards.
    apr_status_t pass(ap_filter_t *first) noexcept {
        const apr_status_t outcome = ap_pass_brigade(first, &brigade_);
        clear();
        return outcome;
    }

private:
    apr_bucket_brigade brigade_;
};

/// What follows the data in the brigade.
enum class Then { more, flush, end };

/// Passes one piece of the body on. The bytes are needed only until this returns.
apr_status_t pass(request_rec *r, std::string_view data, Then then, ap_filter_t *next);
inline apr_status_t pass(request_rec *r, std::string_view data, Then then) {
    return pass(r, data, then, r->output_filters);
}

/// Passes a part of an open file on. httpd may use sendfile, so the file must live as long as the request.
apr_status_t pass_file(request_rec *r, apr_file_t *file, apr_off_t offset, apr_off_t length);

/// Whether httpd may map a file into its memory. A child of httpd crashes if somebody shortens such a file.
enum class Mapping { as_configured, never };

/// Appends a part of an open file to a brigade, in the way that EnableSendfile and EnableMMAP say.
void append_file(request_rec *r,
                 apr_bucket_brigade *brigade,
                 apr_file_t *file,
                 apr_off_t offset,
                 apr_off_t length,
                 Mapping mapping = Mapping::as_configured);

/// Breaks off a response that has begun and can't be completed, so that the client can tell: the connection closes
/// without the last chunk, and an HTTP/2 stream is reset. Filters before `next` are not told.
void break_off(request_rec *r, ap_filter_t *next);
inline void break_off(request_rec *r) { break_off(r, r->output_filters); }

} // namespace apache
