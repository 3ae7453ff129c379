#include "config/wsgi.h"

namespace pyhook {

bool is_below(const Mount &mount, std::string_view uri) {
    const std::string_view url = mount.url;
    return uri.starts_with(url) && (uri.size() == url.size() || uri[url.size()] == '/');
}

} // namespace pyhook
