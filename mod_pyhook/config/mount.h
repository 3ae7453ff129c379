// config/mount.h: where WSGI and ASGI applications are mounted, and handlers that serve WebSockets.
#pragma once

#include "apache/place.h"

#include "config/target.h"

namespace pyhook {

struct DirConfig;

enum class Gateway { wsgi, asgi, websocket };

/// The name in log entries.
constexpr const char *name_of(Gateway gateway) {
    return gateway == Gateway::wsgi ? "wsgi" : gateway == Gateway::asgi ? "asgi" : "websocket";
}

/// The handler that is chosen for a request below the mount of an application.
constexpr const char *handler_of(Gateway gateway) { return gateway == Gateway::wsgi ? "pyhook-wsgi" : "pyhook-asgi"; }

inline bool is_gateway(const char *handler) {
    return handler != nullptr &&
           (strcmp(handler, handler_of(Gateway::wsgi)) == 0 || strcmp(handler, handler_of(Gateway::asgi)) == 0);
}

/// One PyHookWSGI, PyHookWSGIAlias, PyHookASGI, PyHookASGIAlias or PyHookWebSocket line. Outside all sections an alias
/// is meant rather than this.
struct Mount {
    Gateway gateway;
    const Target *application; // or the handler; null: "none", nothing is mounted here
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
