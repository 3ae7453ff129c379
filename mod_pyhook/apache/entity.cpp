#include "apache/entity.h"

namespace apache {

EntityHeaders::EntityHeaders(const request_rec *r) noexcept {
    for (std::size_t index = 0; index < std::size(rows); ++index)
        before_[index] = apr_table_get(r->headers_out, rows[index].name);
}

void EntityHeaders::forget(request_rec *r, Change change) const noexcept {
    for (std::size_t index = 0; index < std::size(rows); ++index) {
        const auto &[name, since] = rows[index];
        if (change >= since && before_[index] != nullptr && apr_table_get(r->headers_out, name) == before_[index])
            apr_table_unset(r->headers_out, name);
    }
}

void refuse_ranges(request_rec *r) noexcept {
    apr_table_setn(r->headers_out, "Accept-Ranges", "none");
    ap_remove_output_filter_byhandle(r->output_filters, "BYTERANGE");
}

apr_off_t content_length(const request_rec *r) noexcept {
    const char *text = apr_table_get(r->headers_out, "Content-Length");
    apr_off_t length = -1;
    char *end = nullptr;
    if (text == nullptr || apr_strtoff(&length, text, &end, 10) != APR_SUCCESS || *end != '\0')
        return -1;
    return length;
}

} // namespace apache
