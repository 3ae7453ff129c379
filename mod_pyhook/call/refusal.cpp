#include "call/refusal.h"

#include "apache/framing.h"
#include "apache/response.h"

#include <cstdlib>
#include <utility>

namespace pyhook {

namespace {

constexpr const char *status_note = "pyhook:refused";

constinit bool attached = false;
constinit ap_filter_rec_t *refusing = nullptr;

/// The status that it was refused with, or DECLINED.
int refused(request_rec *r) {
    const char *status = apr_table_get(r->notes, status_note);
    return status == nullptr ? DECLINED : atoi(status);
}

/// In place of the page that httpd is about to write. It writes on meanwhile, and nobody hears it.
apr_status_t replace(ap_filter_t *f, apr_bucket_brigade *brigade) {
    request_rec *r = f->r;
    ap_remove_output_filter(f);
    apr_brigade_cleanup(brigade);
    apache::keep_framing(r);
    apache::answer_error(r, refused(r));
    return AP_FILTER_ERROR;
}

/// mod_rewrite may redirect after a map has failed: a phase that ends so leaves out those behind it.
void replace_answer(request_rec *r) {
    const int status = refused(r);
    if (status != DECLINED && r->status != status && r->main == nullptr && !apache::has_begun(r))
        ap_add_output_filter_handle(refusing, nullptr, r, r->connection);
}

} // namespace

void attach_refusal() {
    if (std::exchange(attached, true))
        return;
    refusing = ap_register_output_filter("PYHOOK_REFUSAL", &replace, nullptr, AP_FTYPE_RESOURCE);
    ap_hook_fixups(&refused, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    ap_hook_insert_error_filter(&replace_answer, nullptr, nullptr, APR_HOOK_REALLY_LAST);
}

void forget_attached_refusal() { attached = false; }

void refuse_content(request_rec *r, int status) noexcept {
    apr_table_setn(r->notes, status_note, apr_itoa(r->pool, status));
}

} // namespace pyhook
