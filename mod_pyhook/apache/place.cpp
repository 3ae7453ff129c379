#include "apache/place.h"

#include <string>

namespace apache {

namespace {

bool is_below_directory(const request_rec *r, std::string_view directory) {
    return r->filename != nullptr && std::string_view(r->filename).starts_with(directory);
}

} // namespace

bool is_below(const Place &place, std::string_view uri) {
    const std::string_view url = place.url;
    return uri.starts_with(url) && (uri.size() == url.size() || uri[url.size()] == '/');
}

std::size_t length_to(const Place &place, const request_rec *r) {
    const std::string_view uri = r->uri;
    if (place.url != nullptr)
        return is_below(place, uri) ? strlen(place.url) : 0;
    std::string below = r->path_info == nullptr ? "" : r->path_info;
    if (is_below_directory(r, place.directory))
        below = r->filename + strlen(place.directory) - 1 + below;
    if (below.ends_with('/') && !uri.ends_with('/')) // httpd adds this slash to the name of a directory
        below.pop_back();
    return uri.ends_with(below) ? uri.size() - below.size() : 0;
}

std::string_view name_of(apr_filetype_e type) noexcept {
    switch (type) {
    case APR_NOFILE:
        return "none";
    case APR_REG:
        return "file";
    case APR_DIR:
        return "dir";
    case APR_LNK:
        return "link";
    default:
        return "other";
    }
}

} // namespace apache
