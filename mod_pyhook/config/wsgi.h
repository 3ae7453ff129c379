// config/wsgi.h: where WSGI applications are mounted.
#pragma once

#include "apache/place.h"

#include "config/target.h"

namespace pyhook {

/// Chosen for a request below a mount.
inline constexpr const char *wsgi_handler_name = "pyhook-wsgi";

/// One PyHookWSGI or PyHookWSGIAlias line. Outside all sections an alias is meant rather than this.
struct Mount {
    const Target *application; // null: "none", no application here
    apache::Place place;
};

/// The size of request bodies of unknown length that are received before the application is called.
inline constexpr apr_off_t default_wsgi_buffer = apr_off_t{1} << 30; // as LimitRequestBody

} // namespace pyhook
