#include "apache/framing.h"

#include "apache/entity.h"
#include "apache/log.h"
#include "apache/pool.h"
#include "apache/registering.h"
#include "apache/response.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace apache {

namespace {

/// Behind httpd's filter for heads, before its filter for chunks.
constexpr auto below_heads = static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL + 1);

constexpr const char *whole_key = "pyhook:whole";

/// The filter that writes the head, in HTTP/1 and under mod_http2. It leaves the chain after that.
bool writes_head(const ap_filter_t *f) noexcept {
    return strcasecmp(f->frec->name, "HTTP_HEADER") == 0 || strcasecmp(f->frec->name, "H2_C2_RESPONSE_OUT") == 0;
}

bool head_is_to_come(const request_rec *r) noexcept {
    const ap_filter_t *f = r->output_filters;
    while (f != nullptr && !writes_head(f))
        f = f->next;
    return f != nullptr;
}

/// sent_bodyct alone is not enough: mod_proxy sets it before it passes anything on.
bool body_has_begun(const request_rec *r) noexcept {
    for (const request_rec *each = r; each != nullptr; each = each->main)
        if (each->sent_bodyct != 0)
            return !head_is_to_come(r);
    return false;
}

/// One response on its way, together with an internal redirect.
struct Framing {
    bool head = false;  // some of the head has been sent; a response without a body has nothing else
    bool bare = false;  // no body: only the end may follow, even if httpd then answers with another status
    bool begun = false; // all that follows is the body
    bool ended = false;
    bool broken = false;
    bool too_long = false;
    apr_off_t left = -1; // what is left of the Content-Length in the head, or -1

    /// True if bytes may follow the head.
    bool has_body(const request_rec *r) const noexcept { return head ? !bare : !has_no_body(r); }

    void begin(const request_rec *r, apr_off_t sent) {
        const apr_off_t length = r->chunked != 0 || r->assbackwards != 0 ? -1 : content_length(r);
        left = length < 0 ? -1 : std::max<apr_off_t>(length - sent, 0);
        begun = true;
    }
};

void tell(request_rec *r, const char *what) {
    log(APLOG_ERR, r, std::string(reading.wrong_length) + ": " + (r->uri == nullptr ? "-" : r->uri) + " " + what);
}

/// How many of `size` bytes may still be sent.
apr_off_t room(const Framing &framing, apr_off_t size) {
    if (framing.ended)
        return 0;
    return framing.left < 0 ? size : std::min(size, framing.left);
}

/// Drops the bytes that may not be sent. Returns the bucket behind this one.
apr_bucket *fit(Framing &framing, request_rec *r, apr_bucket *bucket) {
    const auto size = static_cast<apr_off_t>(bucket->length);
    const apr_off_t fits = room(framing, size);
    if (fits < size && !framing.ended && !std::exchange(framing.too_long, true))
        tell(r, "has a body longer than its Content-Length: the rest is not sent");
    if (fits < size && fits > 0)
        apr_bucket_split(bucket, static_cast<apr_size_t>(fits));
    framing.left -= framing.left < 0 ? 0 : fits;
    apr_bucket *next = APR_BUCKET_NEXT(bucket);
    if (fits == 0 && size > 0)
        apr_bucket_delete(bucket);
    return next;
}

/// Breaks off a response that is too short, because the client would take the next response for the rest. Returns the
/// bucket behind this one.
apr_bucket *end(Framing &framing, request_rec *r, apr_bucket *bucket) {
    apr_bucket *next = APR_BUCKET_NEXT(bucket);
    if (std::exchange(framing.ended, true)) {
        apr_bucket_delete(bucket);
        return next;
    }
    if (framing.left <= 0 || framing.broken || r->connection->aborted != 0)
        return next;
    tell(r, "has a body shorter than its Content-Length: the response is broken off");
    r->connection->keepalive = AP_CONN_CLOSE;
    apr_bucket *error = ap_bucket_error_create(HTTP_BAD_GATEWAY, nullptr, r->pool, r->connection->bucket_alloc);
    APR_BUCKET_INSERT_BEFORE(bucket, error);
    return next;
}

/// Drops an error bucket if the response is complete: mod_http2 would reset the stream, and the client may not have
/// read the end yet.
apr_bucket *fail(Framing &framing, apr_bucket *bucket) {
    apr_bucket *next = APR_BUCKET_NEXT(bucket);
    if (framing.ended)
        apr_bucket_delete(bucket);
    framing.broken = true;
    return next;
}

/// Reads a bucket whose length is unknown.
apr_status_t measure(apr_bucket *bucket) {
    const char *data = nullptr;
    apr_size_t size = bucket->length;
    return size != static_cast<apr_size_t>(-1) ? APR_SUCCESS : apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ);
}

/// httpd says "100 Continue" when it reads a body, as long as no byte of a response's body has gone out. Once there is
/// a head, this would be a part of the response.
void expect_no_more(request_rec *r) noexcept {
    for (; r != nullptr; r = r->prev)
        r->expecting_100 = 0;
}

apr_status_t keep(ap_filter_t *f, apr_bucket_brigade *brigade) {
    auto &framing = *static_cast<Framing *>(f->ctx);
    const bool was_bare = framing.bare;
    if (!framing.begun && framing.has_body(f->r) && body_has_begun(f->r))
        framing.begin(f->r, 0);
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);) {
        if (APR_BUCKET_IS_EOS(bucket)) {
            expect_no_more(f->r);
            bucket = end(framing, f->r, bucket);
        } else if (AP_BUCKET_IS_ERROR(bucket)) {
            bucket = fail(framing, bucket);
        } else if (APR_BUCKET_IS_METADATA(bucket)) {
            if (APR_BUCKET_IS_FLUSH(bucket))
                expect_no_more(f->r);
            bucket = APR_BUCKET_NEXT(bucket);
        } else if (was_bare) {
            apr_bucket *next = APR_BUCKET_NEXT(bucket);
            apr_bucket_delete(bucket);
            bucket = next;
        } else {
            framing.bare = framing.bare || (!framing.head && has_no_body(f->r));
            framing.head = true;
            expect_no_more(f->r);
            if (const apr_status_t status = measure(bucket); status != APR_SUCCESS)
                return status;
            bucket = fit(framing, f->r, bucket);
        }
    }
    return APR_BRIGADE_EMPTY(brigade) ? APR_SUCCESS : ap_pass_brigade(f->next, brigade);
}

/// Finds it from a sub-request too, whose filters lead to those of its main request.
const Framing *framing_of(const request_rec *r) noexcept {
    for (const ap_filter_t *f = r->output_filters; f != nullptr; f = f->next)
        if (f->frec == reading.framing)
            return static_cast<const Framing *>(f->ctx);
    return nullptr;
}

bool is_reached(const request_rec *r, const ap_filter_t *filter) noexcept {
    const ap_filter_t *f = r->output_filters;
    while (f != nullptr && f != filter)
        f = f->next;
    return f != nullptr;
}

int log_whole(request_rec *r) noexcept {
    if (!has_gone(r->connection))
        r->connection->aborted = 0;
    return DECLINED;
}

} // namespace

/// httpd writes the page for an ErrorDocument that fails as the response to the first request.
bool is_given_whole(const request_rec *r) noexcept {
    while (r != nullptr && r->eos_sent == 0)
        r = r->prev;
    return r != nullptr;
}

/// A request may wait for parts that a filter puts into its page; then its own end has been given (eos_sent), but the
/// response ends only when the parts have gone out.
bool is_complete(const request_rec *r) noexcept {
    const Framing *framing = framing_of(r);
    return is_given_whole(r) || (framing != nullptr && framing->ended);
}

bool has_no_body(const request_rec *r) noexcept { return r->header_only != 0 || AP_STATUS_IS_HEADER_ONLY(r->status); }

bool is_endless(const request_rec *r) noexcept {
    constexpr std::string_view type = "text/event-stream"; // parameters may follow
    return r->content_type != nullptr && ap_cstr_casecmpn(r->content_type, type.data(), type.size()) == 0;
}

bool has_begun(const request_rec *r) noexcept {
    const Framing *framing = framing_of(r);
    return body_has_begun(r) || (framing != nullptr && framing->head);
}

void register_framing(const char *code) {
    reading.wrong_length = code;
    reading.framing = ap_register_output_filter("PYHOOK_FRAMING", &keep, nullptr, below_heads);
}

bool has_framing(const request_rec *r) noexcept { return framing_of(r) != nullptr; }

void keep_framing(request_rec *r, bool is_under_way) noexcept {
    if (has_framing(r))
        return;
    const bool ended = !is_under_way && r->main == nullptr && is_given_whole(r);
    while (r->main != nullptr)
        r = r->main;
    auto *framing = make<Framing>(r->pool);
    framing->ended = ended;
    if (body_has_begun(r))
        framing->begin(r, r->bytes_sent);
    ap_filter_t *added = ap_add_output_filter_handle(reading.framing, framing, r, r->connection);
    if (!is_reached(r, added)) // httpd puts it before the filters of a request to which this one was redirected
        r->output_filters = added;
}

void attach_whole() {
    if (first_time("pyhook:attached-whole"))
        ap_hook_log_transaction(&log_whole, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

/// Only a stream's connection is marked: it has one request.
void note_whole(const request_rec *r) {
    if (r->connection->master != nullptr)
        apr_pool_userdata_setn(r->connection, whole_key, nullptr, r->connection->pool);
}

bool has_gone(const conn_rec *c) noexcept {
    if (c->aborted == 0)
        return false;
    void *noted = nullptr;
    if (c->master != nullptr)
        apr_pool_userdata_get(&noted, whole_key, c->pool);
    return noted == nullptr;
}

} // namespace apache
