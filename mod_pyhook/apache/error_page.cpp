#include "apache/error_page.h"

#include "apache/framing.h"
#include "apache/pool.h"
#include "apache/registering.h"
#include "apache/response.h"

#include <cstdlib>
#include <utility>

namespace apache {

namespace {

struct ErrorBody {
    int status;
    std::string_view data;
    const char *type;
};

/// The body filter stands before all filters that may be added to an error page.
constexpr auto before_others = static_cast<ap_filter_type>(AP_FTYPE_RESOURCE - 1);

constexpr const char *attached = "pyhook:error-pages";

/// Where the body is kept. Null if attach_error_pages was not called.
ErrorBody **place_of_body(request_rec *r) {
    return was_done(attached) ? reinterpret_cast<ErrorBody **>(ap_get_request_note(r, reading.error_note)) : nullptr;
}

ErrorBody *body_of(request_rec *r) {
    ErrorBody **place = place_of_body(r);
    return place == nullptr ? nullptr : *place;
}

/// Sets a text in place of the ErrorDocument; the body filter then replaces the text.
void leave_out_document(request_rec *r, int status) { ap_custom_response(r, status, ""); }

/// Removes that text when another error is answered, because two errors may share a place in httpd's list of texts.
void take_text_back(request_rec *r, int status) {
    const auto *core = static_cast<core_request_config *>(ap_get_core_module_config(r->request_config));
    if (core->response_code_strings != nullptr)
        core->response_code_strings[ap_index_of_response(status)] = nullptr;
}

/// httpd changes a 401 of a proxy request to 407.
bool is_for(const ErrorBody &body, const request_rec *r) {
    const bool is_login = r->status == HTTP_PROXY_AUTHENTICATION_REQUIRED && body.status == HTTP_UNAUTHORIZED;
    return body.status == r->status || is_login;
}

/// Sends the body instead of httpd's page, which may come in several pieces.
apr_status_t replace(ap_filter_t *f, apr_bucket_brigade *page) {
    request_rec *r = f->r;
    const auto *body = static_cast<ErrorBody *>(std::exchange(f->ctx, nullptr));
    apr_brigade_cleanup(page);
    if (body == nullptr)
        return APR_SUCCESS;
    ap_set_content_type(r, body->type);
    ap_set_content_length(r, static_cast<apr_off_t>(body->data.size()));
    return pass(r, body->data, Then::end, f->next);
}

/// For 405 and 501 httpd makes the Allow header from its own list. This fills that list from the header that was set.
void list_allowed(request_rec *r) {
    const char *said = apr_table_get(r->err_headers_out, "Allow");
    if (said == nullptr)
        return;
    ap_clear_method_list(r->allowed_methods);
    char *last = nullptr;
    for (const char *name = apr_strtok(apr_pstrdup(r->pool, said), ", \t", &last); name != nullptr;
         name = apr_strtok(nullptr, ", \t", &last))
        ap_method_list_add(r->allowed_methods, name);
}

/// httpd reads the Location of a redirect even if there is none, where it sends no headers: to a client of HTTP/0.9,
/// and in a sub-request.
void have_location(request_rec *r) {
    if (r->assbackwards != 0 && ap_is_HTTP_REDIRECT(r->status) &&
        apr_table_get(r->err_headers_out, "Location") == nullptr)
        apr_table_setn(r->err_headers_out, "Location", "");
}

void complete_page(request_rec *r) {
    list_allowed(r);
    have_location(r);
    ErrorBody *body = body_of(r);
    if (body == nullptr || AP_STATUS_IS_HEADER_ONLY(r->status))
        return;
    if (is_for(*body, r))
        ap_add_output_filter_handle(reading.error_body, body, r, r->connection);
    else
        take_text_back(r, body->status);
}

/// An internal redirect keeps the status but loses the status line, so this restores the line.
int name_document(request_rec *r) {
    if (r->prev != nullptr && line_of_unknown(r->pool, r->status) != nullptr) {
        r->status_line = r->prev->status_line;
        name_status(r, r->status);
    }
    return DECLINED;
}

/// httpd notes the end of an ErrorDocument also for the requests that were redirected to it. If the page fails, httpd
/// answers the first of them.
void note_end(request_rec *r, bool given) {
    for (request_rec *each = r; each != nullptr; each = each->prev)
        each->eos_sent = given ? 1 : 0;
}

} // namespace

void attach_error_pages() {
    if (!first_time(attached))
        return;
    reading.error_note = ap_register_request_note();
    reading.error_body = ap_register_output_filter("PYHOOK_ERROR_BODY", &replace, nullptr, before_others);
    ap_hook_post_read_request(&name_document, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_insert_error_filter(&complete_page, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

void keep_error_body(request_rec *r, int status, std::string_view body, const char *type) {
    ErrorBody **place = place_of_body(r);
    if (place == nullptr)
        return;
    *place = make<ErrorBody>(r->pool, ErrorBody{status, {copy(r->pool, body), body.size()}, type});
    leave_out_document(r, status);
}

bool has_error_body(request_rec *r, int status) {
    const ErrorBody *body = body_of(r);
    return body != nullptr && body->status == status;
}

/// httpd's filter for heads does the same for an error bucket. But it has already mixed the headers of the error with
/// those of the content, and loses them. The status is reset to 200 first, because httpd would take the status of the
/// content for an error on the way to an ErrorDocument.
void answer_error(request_rec *r, int status) {
    while (r->main != nullptr)
        r = r->main;
    if (const ErrorBody *body = body_of(r); body != nullptr && body->status == status)
        leave_out_document(r, status);
    const bool is_error_document = r->prev != nullptr && r->prev->status != HTTP_OK;
    if (!is_error_document)
        r->status = HTTP_OK;
    note_end(r, false); // of what this replaces
    keep_framing(r);
    ap_die(status, r);
    note_end(r, true); // an ErrorDocument has ended the response too
}

const char *line_of_unknown(apr_pool_t *pool, int status) {
    const bool is_known = atoi(ap_get_status_line(status)) == status;
    return is_known ? nullptr : apr_psprintf(pool, "%d Status %d", status, status);
}

void name_status(request_rec *r, int status) {
    if (r->status_line == nullptr || atoi(r->status_line) != status)
        r->status_line = line_of_unknown(r->pool, status);
}

} // namespace apache
