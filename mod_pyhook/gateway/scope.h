// gateway/scope.h: the fields of an ASGI scope that httpd has in another form.
#pragma once

#include "apache/httpd.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace pyhook::gateway {

/// "1.1" for HTTP/1.1, "2" for HTTP/2.0.
inline std::string_view http_version(const request_rec *r) {
    const std::string_view name = r->protocol == nullptr ? std::string_view() : r->protocol;
    switch (r->proto_num) {
    case HTTP_VERSION(1, 0):
        return "1.0";
    case HTTP_VERSION(1, 1):
        return "1.1";
    case HTTP_VERSION(2, 0):
        return "2";
    default:
        return name.substr(std::min<std::size_t>(5, name.size()));
    }
}

/// The path as the client wrote it, without scheme and host if the client wrote a whole URL.
inline std::string_view raw_path(const request_rec *r) {
    std::string_view uri = r->unparsed_uri == nullptr ? std::string_view() : r->unparsed_uri;
    if (const std::size_t host = uri.find("://"); host != std::string_view::npos && uri.front() != '/')
        uri.remove_prefix(std::min(uri.size(), uri.find('/', host + 3)));
    return uri.substr(0, uri.find('?'));
}

/// The name of a header in lower case.
inline std::string lower(std::string_view name) {
    std::string lowered(name);
    for (char &letter : lowered)
        letter = static_cast<char>(apr_tolower(letter));
    return lowered;
}

} // namespace pyhook::gateway
