#include "wsgi/receive.h"

#include "py/attach.h"

#include "config/config.h"

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

/// Those that change what a body says stand above those that read it from the connection.
bool has_content_filter(const request_rec *r) { return r->input_filters->frec->ftype < AP_FTYPE_PROTOCOL; }

} // namespace

int receive(Request &request, BodyLength &length) {
    request_rec *r = request.record();
    if (apache::has_unknown_coding(r))
        return HTTP_NOT_IMPLEMENTED;
    const auto &limit = DirConfig::of(r->per_dir_config).wsgi_buffer;
    const apr_off_t most = limit.set ? limit.value : default_wsgi_buffer;
    length.as_told = !has_content_filter(r) && apr_table_get(r->headers_in, "Content-Length") != nullptr;
    if (most == 0 || length.as_told || ap_request_has_body(r) == 0)
        return OK;
    apr_off_t received = 0;
    const apr_status_t status = py::while_detached([&] { return request.body().receive_all(most, received); });
    if (status != APR_SUCCESS)
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    length.received = received;
    return OK;
}

} // namespace pyhook::wsgi
