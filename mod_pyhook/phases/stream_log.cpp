#include "phases/stream_log.h"

#include "apache/brigade.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *logged_key = "pyhook:stream-logged";

constinit const ap_filter_rec_t *watching = nullptr;
constinit RequestHook *log_request = nullptr;

bool ends_request(const apr_bucket_brigade *brigade) noexcept {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket))
        if (AP_BUCKET_IS_EOR(bucket))
            return true;
    return false;
}

/// Whatever the response has counted, it has counted by now: filters of the connection come last.
apr_status_t watch(ap_filter_t *f, apr_bucket_brigade *brigade) {
    ap_filter_t *next = f->next;
    if (ends_request(brigade)) {
        auto *r = static_cast<request_rec *>(f->ctx);
        ap_remove_output_filter(f);
        apr_pool_userdata_setn(r, logged_key, nullptr, r->pool);
        log_request(r);
    }
    return ap_pass_brigade(next, brigade);
}

int watch_stream(request_rec *r) {
    if (r->connection->master != nullptr && r->main == nullptr && r->prev == nullptr)
        ap_add_output_filter_handle(const_cast<ap_filter_rec_t *>(watching), r, r, r->connection);
    return DECLINED;
}

} // namespace

void attach_stream_log(RequestHook *log) {
    log_request = log;
    watching = ap_register_output_filter("PYHOOK_STREAM_LOG", &watch, nullptr, AP_FTYPE_CONNECTION);
    ap_hook_post_read_request(&watch_stream, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

bool is_stream_logged(const request_rec *r) noexcept {
    void *mark = nullptr;
    apr_pool_userdata_get(&mark, logged_key, r->pool);
    return mark != nullptr;
}

} // namespace pyhook
