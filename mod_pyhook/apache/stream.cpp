#include "apache/stream.h"

namespace apache {

namespace {

constexpr apr_off_t fetch_size = 16 * 1024;

} // namespace

/// Removes mod_reqtimeout's filter, which measures how fast HTTP headers come: here none come.
Stream::Stream(conn_rec *c)
    : c_(c), in_(apr_brigade_create(c->pool, c->bucket_alloc)), out_(apr_brigade_create(c->pool, c->bucket_alloc)) {
    ap_remove_input_filter_byhandle(c->input_filters, "reqtimeout");
}

apr_status_t Stream::fetch(apr_interval_time_t timeout) {
    used_ = true;
    if (const apr_status_t status = unsent_ ? flush() : APR_SUCCESS; status != APR_SUCCESS)
        return status;
    apr_socket_timeout_set(ap_get_conn_socket(c_), timeout);
    apr_status_t status = ap_get_brigade(c_->input_filters, in_, AP_MODE_READBYTES, APR_BLOCK_READ, fetch_size);
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(in_); status == APR_SUCCESS && bucket != APR_BRIGADE_SENTINEL(in_);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *data = nullptr;
        apr_size_t size = 0;
        ended_ = ended_ || APR_BUCKET_IS_EOS(bucket);
        if (!APR_BUCKET_IS_METADATA(bucket))
            status = apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ);
        at_hand_.append(data == nullptr ? "" : data, size);
    }
    apr_brigade_cleanup(in_);
    if (APR_STATUS_IS_EOF(status) || (status == APR_SUCCESS && at_hand_.empty()))
        ended_ = true;
    return ended_ ? APR_SUCCESS : status;
}

apr_status_t Stream::write(std::string_view data) {
    used_ = unsent_ = true;
    apr_status_t status = apr_brigade_write(out_, nullptr, nullptr, data.data(), data.size());
    if (status == APR_SUCCESS)
        status = ap_pass_brigade(c_->output_filters, out_);
    apr_brigade_cleanup(out_);
    return status;
}

apr_status_t Stream::flush() {
    unsent_ = false;
    APR_BRIGADE_INSERT_TAIL(out_, apr_bucket_flush_create(c_->bucket_alloc));
    const apr_status_t status = ap_pass_brigade(c_->output_filters, out_);
    apr_brigade_cleanup(out_);
    return status;
}

} // namespace apache
