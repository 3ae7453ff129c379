// config/mount.h: where WSGI and ASGI applications are mounted.
#pragma once

#include "apache/place.h"

#include "config/target.h"

namespace pyhook {

struct DirConfig;

enum class Gateway : bool { wsgi, asgi };

/// The handler that is chosen for a request below a mount.
constexpr const char *handler_of(Gateway gateway) { return gateway == Gateway::wsgi ? "pyhook-wsgi" : "pyhook-asgi"; }

inline bool is_gateway(const char *handler) {
    return handler != nullptr &&
           (strcmp(handler, handler_of(Gateway::wsgi)) == 0 || strcmp(handler, handler_of(Gateway::asgi)) == 0);
}

/// One PyHookWSGI, PyHookWSGIAlias, PyHookASGI or PyHookASGIAlias line. Outside all sections an alias is meant rather
/// than this.
struct Mount {
    Gateway gateway;
    const Target *application; // null: "none", no application here
    apache::Place place;
};

/// "preload" behind an application, which is loaded when a child starts: `section` is the record of the section that
/// its line stands in, null for an alias.
struct Preload {
    const Mount *mount;
    const DirConfig *section;
};

/// The size of request bodies of unknown length that are received before the application is called.
inline constexpr apr_off_t default_wsgi_buffer = apr_off_t{1} << 30; // as LimitRequestBody

} // namespace pyhook
