#include "apache/response.h"

namespace apache {

apr_status_t pass(request_rec *r, std::string_view data, Then then, ap_filter_t *next) {
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    Brigade brigade(r);
    if (!data.empty())
        brigade.append(apr_bucket_transient_create(data.data(), data.size(), alloc));
    if (then == Then::flush)
        brigade.append(apr_bucket_flush_create(alloc));
    if (then == Then::end)
        brigade.append(apr_bucket_eos_create(alloc));
    return brigade.pass(next);
}

apr_status_t pass_file(request_rec *r, apr_file_t *file, apr_off_t offset, apr_off_t length) {
    Brigade brigade(r);
    append_file(r, brigade.get(), file, offset, length);
    return brigade.pass(r->output_filters);
}

void append_file(request_rec *r,
                 apr_bucket_brigade *brigade,
                 apr_file_t *file,
                 apr_off_t offset,
                 apr_off_t length,
                 [[maybe_unused]] Mapping mapping) {
    [[maybe_unused]] apr_bucket *bucket = apr_brigade_insert_file(brigade, file, offset, length, r->pool);
#if APR_HAS_MMAP
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    if (mapping == Mapping::never || core->enable_mmap == ENABLE_MMAP_OFF)
        apr_bucket_file_enable_mmap(bucket, 0);
#endif
}

void break_off(request_rec *r, ap_filter_t *next) {
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    Brigade brigade(r);
    r->connection->keepalive = AP_CONN_CLOSE;
    brigade.append(ap_bucket_error_create(HTTP_BAD_GATEWAY, nullptr, r->pool, alloc));
    brigade.append(apr_bucket_eos_create(alloc));
    brigade.pass(next);
}

} // namespace apache
