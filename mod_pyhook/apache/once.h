// apache/once.h: hooks and filters that are registered when a directive first asks for them, once per reading of the
// configuration. The marks lie in the configuration's pool, and so end with the hooks that httpd forgets.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Has `first_time(what)` been called since the configuration began to be read?
inline bool was_done(const char *what) noexcept {
    void *mark = nullptr;
    apr_pool_userdata_get(&mark, what, ap_server_conf->process->pconf);
    return mark != nullptr;
}

/// True at the first call for `what`, a name that lives as long as the module.
inline bool first_time(const char *what) noexcept {
    if (was_done(what))
        return false;
    apr_pool_userdata_setn(what, what, nullptr, ap_server_conf->process->pconf);
    return true;
}

} // namespace apache
