#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/registering.h"
#include "apache/response.h"

#include "call/client_page.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace pyhook {

namespace {

constexpr const char *status_note = "pyhook:refused";

/// The status that it was refused with, or DECLINED.
int refused(request_rec *r) {
    const char *status = apr_table_get(r->notes, status_note);
    return status == nullptr ? DECLINED : atoi(status);
}

/// The texts that httpd answers errors of this request with, by its own index of statuses; it looks at them before
/// ErrorDocuments.
char **&texts_of(request_rec *r) {
    return static_cast<core_request_config *>(ap_get_core_module_config(r->request_config))->response_code_strings;
}

constexpr const char *no_text = "\"";

/// A text for every error, whose page can be replaced; and the texts before.
struct Pages {
    char *texts[RESPONSE_CODES];
    char **before;
};

/// Otherwise httpd would redirect to an ErrorDocument for the error that it makes of the failure, and that redirect
/// could not be replaced.
void leave_out_documents(request_rec *r) {
    auto *pages = apache::make<Pages>(r->pool);
    std::fill_n(pages->texts, RESPONSE_CODES, const_cast<char *>(no_text));
    pages->before = std::exchange(texts_of(r), pages->texts);
}

void let_documents_in(request_rec *r) { texts_of(r) = reinterpret_cast<Pages *>(texts_of(r))->before; }

/// Answers in place of the page that httpd is about to write. The rest of that page is thrown away.
apr_status_t replace(ap_filter_t *f, apr_bucket_brigade *brigade) {
    request_rec *r = f->r;
    const int status = refused(r);
    apr_table_unset(r->notes, status_note);
    ap_remove_output_filter(f);
    apr_brigade_cleanup(brigade);
    let_documents_in(r);
    r->err_headers_out = static_cast<apr_table_t *>(f->ctx); // the page has taken them for its own
    apache::answer_error(r, status);
    return AP_FILTER_ERROR;
}

/// Replaces the page of any status: mod_rewrite may redirect after a map has failed, and then later phases do not run.
void replace_answer(request_rec *r) {
    if (refused(r) == DECLINED || r->main != nullptr || apache::has_begun(r))
        return;
    ap_add_output_filter_handle(apache::reading.refusal, apr_table_copy(r->pool, r->err_headers_out), r, r->connection);
}

} // namespace

void attach_refusal() {
    if (!apache::first_time("pyhook:refusal"))
        return;
    apache::attach_error_pages();
    apache::reading.refusal = ap_register_output_filter("PYHOOK_REFUSAL", &replace, nullptr, AP_FTYPE_RESOURCE);
    ap_hook_fixups(&refused, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    ap_hook_insert_error_filter(&replace_answer, nullptr, nullptr, APR_HOOK_REALLY_LAST);
}

void refuse_content(request_rec *r, int status) noexcept {
    if (refused(r) == DECLINED)
        leave_out_documents(r);
    apr_table_setn(r->notes, status_note, apr_itoa(r->pool, status));
}

} // namespace pyhook
