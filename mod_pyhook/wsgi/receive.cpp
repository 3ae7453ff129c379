#include "wsgi/receive.h"

#include "py/attach.h"

#include "config/config.h"

#include "py/poison.h"

namespace pyhook::wsgi {

int receive(Request &request, std::optional<apr_off_t> &length) {
    request_rec *r = request.record();
    const auto &limit = DirConfig::of(r->per_dir_config).wsgi_buffer;
    const apr_off_t most = limit.set ? limit.value : default_wsgi_buffer;
    if (most == 0 || ap_request_has_body(r) == 0 || apr_table_get(r->headers_in, "Content-Length") != nullptr)
        return OK;
    apr_off_t received = 0;
    const apr_status_t status = py::while_detached([&] { return request.body().receive_all(most, received); });
    if (status != APR_SUCCESS)
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    length = received;
    return OK;
}

} // namespace pyhook::wsgi
