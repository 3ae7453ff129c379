// apache/once.h: registers hooks and filters when a directive first needs them, once per reading of the configuration.
// The marks lie in the configuration's pool and end with the hooks, which httpd then forgets.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// True if `first_time(what)` has been called since httpd began to read the configuration.
inline bool was_done(const char *what) noexcept {
    void *mark = nullptr;
    apr_pool_userdata_get(&mark, what, ap_server_conf->process->pconf);
    return mark != nullptr;
}

/// True at the first call for `what`, a name that must live as long as the module.
inline bool first_time(const char *what) noexcept {
    if (was_done(what))
        return false;
    apr_pool_userdata_setn(what, what, nullptr, ap_server_conf->process->pconf);
    return true;
}

} // namespace apache
