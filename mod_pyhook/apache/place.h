// apache/place.h: where a section of the configuration stands: at a URL or a directory of files, and what of a
// request's URI lies below it.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// Sections whose name is a pattern, and conditions such as <If>, are no places.
struct Place {
    const char *url = "";            // without a slash at its end; null when it is a directory
    const char *directory = nullptr; // with a slash at its end
    bool everywhere = false;         // outside all sections
};

/// Is `uri` the URL of the place or below it?
bool is_below(const Place &place, std::string_view uri);

/// The length of the part of the request's URI that leads to the place; what follows lies below it.
std::size_t length_to(const Place &place, const request_rec *r);

} // namespace apache
