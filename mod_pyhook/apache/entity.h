// apache/entity.h: the response headers that describe a body, for filters that change the body.
#pragma once

#include "apache/httpd.h"

#include <iterator>

namespace apache {

/// What a filter does to the body, in the words of FilterProtocol (mod_filter).
enum class Change {
    nothing, // change=no
    bytes,   // change=1:1
    length,  // change=yes
};

/// Remembers the headers that describe the original body. Headers that the filter sets later stay.
class EntityHeaders {
public:
    explicit EntityHeaders(const request_rec *r) noexcept;

    /// Removes headers that are wrong for the changed body: its tags and its length are not known any more.
    void forget(request_rec *r, Change change) const noexcept;

private:
    struct Row {
        const char *name;
        Change since; // the smallest change that makes the header wrong
    };

    static constexpr Row rows[] = {{"ETag", Change::bytes},
                                   {"Content-MD5", Change::bytes},
                                   {"Content-Length", Change::length},
                                   {"Accept-Ranges", Change::length}};

    const char *before_[std::size(rows)];
};

/// Refuses Range requests, because no part of the body can be taken out.
void refuse_ranges(request_rec *r) noexcept;

/// The Content-Length that has been set, or -1.
apr_off_t content_length(const request_rec *r) noexcept;

} // namespace apache
