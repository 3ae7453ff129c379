// config/wsgi.h: where WSGI applications are mounted.
#pragma once

#include "config/target.h"

namespace pyhook {

/// One PyHookWSGI or PyHookWSGIAlias line. An application stands below a URL, or below a directory of files.
struct Mount {
    const Target *application; // null: "none", no application here
    const char *url;           // without a slash at its end; null when it is a directory
    const char *directory;     // with a slash at its end
    bool everywhere = false;   // outside all sections: an alias is meant rather than this
};

/// The size of request bodies of unknown length that are received before the application is called.
inline constexpr apr_off_t default_wsgi_buffer = apr_off_t{1} << 30; // as LimitRequestBody

/// Is `uri` the URL of the mount or below it?
bool is_below(const Mount &mount, std::string_view uri);

} // namespace pyhook
