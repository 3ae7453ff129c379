#include "phases/special_phases.h"

#include "apache/brigade.h"
#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/registering.h"
#include "apache/response.h"

#include "interpreters/interpreters.h"

#include <cstdint>

#include "py/poison.h"

namespace pyhook {

namespace {

/// After all content filters, also that of mod_cache, which sends a page without asking a handler.
constexpr auto behind_content = static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL - 1);

int status_of(const ap_filter_t *f) { return static_cast<int>(reinterpret_cast<std::intptr_t>(f->ctx)); }

/// The status of the refusal, where httpd asks a handler.
int answer_for_handler(request_rec *r) {
    for (const ap_filter_t *f = r->output_filters; f != nullptr; f = f->next)
        if (f->frec == apache::reading.unfiltered && f->r == r)
            return status_of(f);
    return DECLINED;
}

/// The refusal where content is sent without a handler.
apr_status_t answer_for_content(ap_filter_t *f, apr_bucket_brigade *brigade) {
    apr_brigade_cleanup(brigade);
    if (apache::has_begun(f->r))
        apache::break_off(f->r, f->next);
    else
        apache::answer_error(f->r, status_of(f));
    return AP_FILTER_ERROR;
}

[[gnu::noinline]] bool python_decides(const DirConfig &dir, request_rec *r) noexcept {
    for (std::size_t phase = 0; phase < phase_count; ++phase)
        if (access_phases[phase] && (!dir.callables[phase].empty() || has_registered(dir, phase, r)))
            return true;
    return false;
}

bool is_the_place_of(const request_rec *asked, const request_rec *r) noexcept {
    return asked != nullptr && asked->per_dir_config == r->per_dir_config;
}

/// httpd compares configurations by their address, right after this hook, and leaves out the access phases of a
/// sub-request or an internal redirect that has the one it came from. A copy is another place to it: it then asks
/// everybody, once, by its own rules, `Satisfy` included.
int ask_for_this_uri(request_rec *r) noexcept {
    const bool known = is_the_place_of(r->prev, r) || is_the_place_of(r->main, r);
    if (known && python_decides(DirConfig::of(r->per_dir_config), r))
        r->per_dir_config = ap_merge_per_dir_configs(r->pool, r->per_dir_config, ap_create_per_dir_config(r->pool));
    return DECLINED;
}

constexpr const char *logged_key = "pyhook:stream-logged";

bool ends_request(const apr_bucket_brigade *brigade) noexcept {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket))
        if (AP_BUCKET_IS_EOR(bucket))
            return true;
    return false;
}

/// Connection filters come last: by now all counts of the response are final.
apr_status_t watch(ap_filter_t *f, apr_bucket_brigade *brigade) {
    ap_filter_t *next = f->next;
    if (ends_request(brigade)) {
        auto *r = static_cast<request_rec *>(f->ctx);
        ap_remove_output_filter(f);
        apr_pool_userdata_setn(r, logged_key, nullptr, r->pool);
        apache::reading.log_stream(r);
    }
    return ap_pass_brigade(next, brigade);
}

int watch_stream(request_rec *r) {
    if (r->connection->master != nullptr && r->main == nullptr && r->prev == nullptr)
        ap_add_output_filter_handle(apache::reading.stream_log, r, r, r->connection);
    return DECLINED;
}

} // namespace

void attach_unfiltered() {
    apache::reading.unfiltered =
        ap_register_output_filter("PYHOOK_UNFILTERED", &answer_for_content, nullptr, behind_content);
    ap_hook_handler(&answer_for_handler, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

void refuse_unfiltered(request_rec *r, int status) {
    void *context = reinterpret_cast<void *>(static_cast<std::intptr_t>(status));
    ap_add_output_filter_handle(apache::reading.unfiltered, context, r, r->connection);
}

void attach_per_uri() { ap_hook_post_perdir_config(&ask_for_this_uri, nullptr, nullptr, APR_HOOK_REALLY_LAST); }

void attach_stream_log(RequestHook *log) {
    apache::reading.log_stream = log;
    apache::reading.stream_log = ap_register_output_filter("PYHOOK_STREAM_LOG", &watch, nullptr, AP_FTYPE_CONNECTION);
    ap_hook_post_read_request(&watch_stream, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

bool is_stream_logged(const request_rec *r) noexcept {
    if (r->connection->master == nullptr)
        return false;
    void *mark = nullptr;
    apr_pool_userdata_get(&mark, logged_key, r->pool);
    return mark != nullptr;
}

} // namespace pyhook
