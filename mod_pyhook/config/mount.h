// config/mount.h: where WSGI and ASGI applications are mounted, handlers that serve WebSockets, and content handlers.
#pragma once

#include "apache/place.h"

#include "config/target.h"

namespace pyhook {

struct DirConfig;

enum class Gateway { wsgi, asgi, websocket, handler };

/// The name in log entries.
constexpr const char *name_of(Gateway gateway) {
    constexpr const char *names[] = {"wsgi", "asgi", "websocket", "handler"};
    return names[static_cast<std::size_t>(gateway)];
}

/// The handler that is chosen for a request below the mount of an application.
constexpr const char *handler_of(Gateway gateway) { return gateway == Gateway::wsgi ? "pyhook-wsgi" : "pyhook-asgi"; }

inline bool is_gateway(const char *handler) {
    return handler != nullptr &&
           (strcmp(handler, handler_of(Gateway::wsgi)) == 0 || strcmp(handler, handler_of(Gateway::asgi)) == 0);
}

/// One PyHookWSGI, PyHookWSGIAlias, PyHookASGI, PyHookASGIAlias or PyHookWebSocket line, or a callable of PyHookHandler
/// for worker processes. Outside all sections an alias is meant rather than this.
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
