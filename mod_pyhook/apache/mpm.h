// apache/mpm.h: what the code has to know of the MPM.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// Do threads of one child serve requests? Prefork's child has one, and ends inside a signal handler, which waits for
/// no other.
inline bool is_threaded() noexcept {
    static const bool threaded = [] {
        int answer = 0;
        return ap_mpm_query(AP_MPMQ_IS_THREADED, &answer) == APR_SUCCESS && answer != AP_MPMQ_NOT_SUPPORTED;
    }();
    return threaded;
}

} // namespace apache
