#include "httpd.h"

#include <strings.h>

extern "C" {
module_struct pyhook_module;

// httpd exports these functions from its executable, which can't be linked here.
int ap_cstr_casecmp(const char *one, const char *other) { return strcasecmp(one, other); }
int ap_cstr_casecmpn(const char *one, const char *other, apr_size_t size) { return strncasecmp(one, other, size); }
char *ap_server_root_relative(apr_pool_t *pool, const char *name) { return apr_pstrcat(pool, "/", name, nullptr); }

int ap_parse_strict_length(apr_off_t *length, const char *text) {
    char *end = nullptr;
    return *text >= '0' && *text <= '9' && apr_strtoff(length, text, &end, 10) == APR_SUCCESS && *end == '\0' ? 1 : 0;
}

server_rec *ap_server_conf;
int ap_extended_status;
const char *ap_check_cmd_context(cmd_parms *, unsigned) { return nullptr; }
}

namespace fuzz {

Pool::Pool() {
    static const bool ready = apr_initialize() == APR_SUCCESS;
    demand(ready && apr_pool_create(&pool_, nullptr) == APR_SUCCESS);
}

Server::Server(apr_pool_t *pool, void *config) : config_(config) {
    process_.pool = process_.pconf = pool;
    record_.process = &process_;
    record_.module_config = reinterpret_cast<ap_conf_vector_t *>(&config_);
    ap_server_conf = &record_;
}

} // namespace fuzz
