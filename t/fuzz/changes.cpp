// What a worker process sets in httpd for a content handler: whatever it sends, only what is on the list reaches the
// request, and no header can become two, or contradict the end of the body.
#include "processes/changes.h"

#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/table.h"

#include "httpd.h"

#include <stdexcept>

// What httpd and its filters do with the values is not tested here.
void apache::name_status(request_rec *, int) {}
void apache::keep_framing(request_rec *, bool) noexcept {}
extern "C" void ap_set_content_type(request_rec *r, const char *type) { r->content_type = type; }

namespace {

bool is_line(const char *text) { return text == nullptr || apache::is_field_value(text); }

void demand_headers(const apr_table_t *table, bool may_have_length) {
    int lengths = 0;
    for (const auto &entry : apache::entries(table)) {
        fuzz::demand(apache::is_token(entry.key) && is_line(entry.val));
        fuzz::demand(!apache::same_name(entry.key, "Transfer-Encoding"));
        apr_off_t length = 0;
        if (apache::same_name(entry.key, "Content-Length"))
            fuzz::demand(may_have_length && ++lengths == 1 && ap_parse_strict_length(&length, entry.val) != 0);
    }
}

void demand_sound(const request_rec &r) {
    fuzz::demand(r.status >= 200 && r.status <= 599);
    fuzz::demand(is_line(r.status_line) && is_line(r.content_type) && is_line(r.content_encoding));
    for (const char *language : apache::elements<const char *>(r.content_languages))
        fuzz::demand(is_line(language));
    demand_headers(r.headers_out, true);
    demand_headers(r.err_headers_out, false);
    demand_headers(r.headers_in, false);
    fuzz::demand(apr_is_empty_table(r.headers_in) != 0 && apr_is_empty_table(r.trailers_in) != 0);
    fuzz::demand(apr_table_get(r.notes, "pyhook:alias") == nullptr && apr_table_get(r.notes, "ap-list") == nullptr);
    fuzz::demand(strcmp(apr_table_get(r.notes, "before"), "text") == 0);
    for (const auto &entry : apache::entries(r.subprocess_env))
        fuzz::demand(entry.key[0] >= 'a' && entry.key[0] <= 'z');
    fuzz::demand(r.uri == nullptr && r.filename == nullptr && r.handler == nullptr && r.args == nullptr);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const fuzz::Pool pool;
    request_rec r{};
    r.pool = pool;
    r.status = HTTP_OK;
    for (apr_table_t **table : {&r.headers_in, &r.trailers_in, &r.headers_out, &r.err_headers_out, &r.trailers_out,
                                &r.notes, &r.subprocess_env})
        *table = apr_table_make(pool, 2);
    apr_table_setn(r.notes, "before", "text");
    try {
        pyhook::processes::apply_changes(&r, fuzz::text_of(data, size));
    } catch (const std::invalid_argument &) { // what stood before that is set
    }
    demand_sound(r);
    return 0;
}
