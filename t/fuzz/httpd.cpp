#include "httpd.h"

#include <strings.h>

extern "C" {
module pyhook_module;

// httpd exports these from its executable, which can't be linked with.
int ap_cstr_casecmp(const char *one, const char *other) { return strcasecmp(one, other); }
int ap_cstr_casecmpn(const char *one, const char *other, apr_size_t size) { return strncasecmp(one, other, size); }
char *ap_server_root_relative(apr_pool_t *pool, const char *name) { return apr_pstrcat(pool, "/", name, nullptr); }

int ap_parse_strict_length(apr_off_t *length, const char *text) {
    char *end = nullptr;
    return *text >= '0' && *text <= '9' && apr_strtoff(length, text, &end, 10) == APR_SUCCESS && *end == '\0' ? 1 : 0;
}

// No target answers a request.
void ap_set_content_type(request_rec *, const char *) { abort(); }
void ap_set_content_length(request_rec *, apr_off_t) { abort(); }
}

namespace fuzz {

Pool::Pool() {
    static const bool ready = apr_initialize() == APR_SUCCESS;
    demand(ready && apr_pool_create(&pool_, nullptr) == APR_SUCCESS);
}

} // namespace fuzz
