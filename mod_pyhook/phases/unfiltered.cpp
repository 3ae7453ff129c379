#include "phases/unfiltered.h"

#include "apache/brigade.h"
#include "apache/error_page.h"
#include "apache/response.h"

#include <cstdint>

#include "py/poison.h"

namespace pyhook {

namespace {

/// After all filters of the content, mod_cache's too, which sends a page with no handler being asked.
constexpr auto behind_content = static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL - 1);

constinit const ap_filter_rec_t *refusing = nullptr;

int status_of(const ap_filter_t *f) { return static_cast<int>(reinterpret_cast<std::intptr_t>(f->ctx)); }

/// Where a handler is asked, the answer is its status.
int answer_for_handler(request_rec *r) {
    for (const ap_filter_t *f = r->output_filters; f != nullptr; f = f->next)
        if (f->frec == refusing && f->r == r)
            return status_of(f);
    return DECLINED;
}

/// Where none is.
apr_status_t answer_for_content(ap_filter_t *f, apr_bucket_brigade *brigade) {
    apr_brigade_cleanup(brigade);
    if (apache::has_begun(f->r))
        apache::break_off(f->r, f->next);
    else
        apache::answer_error(f->r, status_of(f));
    return AP_FILTER_ERROR;
}

} // namespace

void attach_unfiltered() {
    refusing = ap_register_output_filter("PYHOOK_UNFILTERED", &answer_for_content, nullptr, behind_content);
    ap_hook_handler(&answer_for_handler, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

void refuse_unfiltered(request_rec *r, int status) {
    void *context = reinterpret_cast<void *>(static_cast<std::intptr_t>(status));
    ap_add_output_filter_handle(const_cast<ap_filter_rec_t *>(refusing), context, r, r->connection);
}

} // namespace pyhook
