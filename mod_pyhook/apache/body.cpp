#include "apache/body.h"

namespace apache {

namespace {

constexpr apr_off_t fetch_size = 64 * 1024;

} // namespace

Body::Body(request_rec *r) : r_(r), brigade_(apr_brigade_create(r->pool, r->connection->bucket_alloc)) {}

apr_status_t Body::fetch() {
    while (at_hand_.empty() && !ended_) {
        if (current_ != nullptr) {
            apr_bucket_delete(current_);
            current_ = nullptr;
        }
        if (APR_BRIGADE_EMPTY(brigade_)) {
            const apr_status_t status =
                ap_get_brigade(r_->input_filters, brigade_, AP_MODE_READBYTES, APR_BLOCK_READ, fetch_size);
            if (status != APR_SUCCESS)
                return status;
        }
        const apr_status_t status = next_bucket();
        if (status != APR_SUCCESS)
            return status;
    }
    return APR_SUCCESS;
}

/// Reads the brigade's first bucket. The bucket stays, since it owns the bytes.
apr_status_t Body::next_bucket() {
    if (APR_BRIGADE_EMPTY(brigade_))
        return APR_SUCCESS;
    current_ = APR_BRIGADE_FIRST(brigade_);
    if (APR_BUCKET_IS_EOS(current_))
        ended_ = true;
    if (APR_BUCKET_IS_METADATA(current_))
        return APR_SUCCESS;
    const char *data = nullptr;
    apr_size_t size = 0;
    const apr_status_t status = apr_bucket_read(current_, &data, &size, APR_BLOCK_READ);
    if (status == APR_SUCCESS)
        at_hand_ = {data, size};
    return status;
}

} // namespace apache
