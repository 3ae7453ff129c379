// apache/place.h: the place of a section, which is a URL or a directory, and the part of a request's URI below it.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace apache {

/// The place of a section. Sections with a pattern as name, and conditions like <If>, have none.
struct Place {
    const char *url = "";            // without a slash at its end; null if the place is a directory
    const char *directory = nullptr; // with a slash at its end
    bool everywhere = false;         // outside all sections
};

/// True if `uri` is the URL of the place or below it.
bool is_below(const Place &place, std::string_view uri);

/// The length of the part of the request's URI that leads to the place. The rest lies below it.
std::size_t length_to(const Place &place, const request_rec *r);

/// What a path leads to: "none", "file", "dir", "link" or "other".
std::string_view name_of(apr_filetype_e type) noexcept;

} // namespace apache
