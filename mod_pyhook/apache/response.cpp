#include "apache/response.h"

namespace apache {

namespace {

apr_bucket_brigade *new_brigade(request_rec *r) { return apr_brigade_create(r->pool, r->connection->bucket_alloc); }

void append(apr_bucket_brigade *brigade, apr_bucket *bucket) { APR_BRIGADE_INSERT_TAIL(brigade, bucket); }

apr_status_t pass_and_free(request_rec *r, apr_bucket_brigade *brigade) {
    const apr_status_t status = ap_pass_brigade(r->output_filters, brigade);
    apr_brigade_destroy(brigade);
    return status;
}

} // namespace

apr_status_t pass(request_rec *r, std::string_view data, Then then) {
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *brigade = new_brigade(r);
    if (!data.empty())
        append(brigade, apr_bucket_transient_create(data.data(), data.size(), alloc));
    if (then == Then::flush)
        append(brigade, apr_bucket_flush_create(alloc));
    if (then == Then::end)
        append(brigade, apr_bucket_eos_create(alloc));
    return pass_and_free(r, brigade);
}

apr_status_t pass_file(request_rec *r, apr_file_t *file, apr_off_t offset, apr_off_t length) {
    apr_bucket_brigade *brigade = new_brigade(r);
    append_file(r, brigade, file, offset, length);
    return pass_and_free(r, brigade);
}

void append_file(request_rec *r, apr_bucket_brigade *brigade, apr_file_t *file, apr_off_t offset, apr_off_t length) {
    [[maybe_unused]] apr_bucket *bucket = apr_brigade_insert_file(brigade, file, offset, length, r->pool);
#if APR_HAS_MMAP
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    if (core->enable_mmap == ENABLE_MMAP_OFF)
        apr_bucket_file_enable_mmap(bucket, 0);
#endif
}

void break_off(request_rec *r) {
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *brigade = new_brigade(r);
    r->connection->keepalive = AP_CONN_CLOSE;
    append(brigade, ap_bucket_error_create(HTTP_BAD_GATEWAY, nullptr, r->pool, alloc));
    append(brigade, apr_bucket_eos_create(alloc));
    pass_and_free(r, brigade);
}

} // namespace apache
