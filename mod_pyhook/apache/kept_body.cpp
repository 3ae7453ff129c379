#include "apache/body.h"
#include "apache/brigade.h"
#include "apache/registering.h"

namespace apache {

namespace {

/// The filter of a kept body is the nearest to the connection: content filters, which are inserted later, have not seen
/// the body.
constexpr auto below_content = static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL - 1);

/// The filter of a returned body stands before all content filters, because they have seen it.
constexpr auto above_content = static_cast<ap_filter_type>(AP_FTYPE_RESOURCE - 1);

/// What a filter in the request's chain still has to give; null without the filter.
apr_bucket_brigade *kept_by(const ap_filter_rec_t *filter, const request_rec *r) noexcept {
    for (const ap_filter_t *f = r->input_filters; f != nullptr; f = f->next)
        if (f->frec == filter)
            return static_cast<apr_bucket_brigade *>(f->ctx);
    return nullptr;
}

apr_status_t
give(ap_filter_t *f, apr_bucket_brigade *into, ap_input_mode_t mode, apr_read_type_e how, apr_off_t most) noexcept {
    auto *kept = static_cast<apr_bucket_brigade *>(f->ctx);
    if (!APR_BRIGADE_EMPTY(kept) && mode != AP_MODE_INIT && mode != AP_MODE_EATCRLF)
        return take(kept, into, mode, most);
    ap_filter_t *next = f->next;
    if (APR_BRIGADE_EMPTY(kept))
        ap_remove_input_filter(f);
    return ap_get_brigade(next, into, mode, how, most);
}

void add_filter(ap_filter_rec_t *filter, request_rec *r, apr_bucket_brigade *content) {
    apr_bucket_brigade *kept = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    APR_BRIGADE_CONCAT(kept, content);
    ap_filter_t *added = ap_add_input_filter_handle(filter, kept, r, r->connection);
    if (added->next == r->proto_input_filters) // an internal redirect takes these filters along
        r->proto_input_filters = added;
}

} // namespace

void register_kept_body() {
    reading.kept_body = ap_register_input_filter("PYHOOK_KEPT_BODY", &give, nullptr, below_content);
    reading.returned_body = ap_register_input_filter("PYHOOK_RETURNED_BODY", &give, nullptr, above_content);
}

void keep_body(request_rec *r, apr_bucket_brigade *received) { add_filter(reading.kept_body, r, received); }

void put_back(request_rec *r, apr_bucket_brigade *read) {
    if (apr_bucket_brigade *rest = kept_by(reading.returned_body, r); rest != nullptr)
        put_back(read, rest);
    else
        add_filter(reading.returned_body, r, read);
}

bool copy_kept_body(const request_rec *r, apr_bucket_brigade *into) {
    apr_bucket_brigade *kept = kept_by(reading.kept_body, r);
    if (kept == nullptr)
        return false;
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(kept); bucket != APR_BRIGADE_SENTINEL(kept);
         bucket = APR_BUCKET_NEXT(bucket)) {
        apr_bucket *copy = nullptr;
        if (apr_bucket_copy(bucket, &copy) == APR_SUCCESS)
            append(into, copy);
    }
    return true;
}

} // namespace apache
