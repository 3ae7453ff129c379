// apache/entity.h: the response headers that describe a body, once a filter makes another one of it.
#pragma once

#include "apache/httpd.h"

#include <iterator>

namespace apache {

/// What a filter does to the body, as FilterProtocol of mod_filter's tells it.
enum class Change {
    nothing, // change=no
    bytes,   // change=1:1
    length,  // change=yes
};

/// Remembers the headers that belong to the body as it was. What the filter sets anew is its own and stays.
class EntityHeaders {
public:
    explicit EntityHeaders(const request_rec *r) noexcept;

    /// The body is going to be another one: its tags and its length can't be promised any more.
    void forget(request_rec *r, Change change) const noexcept;

private:
    struct Row {
        const char *name;
        Change since; // what makes the header wrong, and more than it
    };

    static constexpr Row rows[] = {{"ETag", Change::bytes},
                                   {"Content-MD5", Change::bytes},
                                   {"Content-Length", Change::length},
                                   {"Accept-Ranges", Change::length}};

    const char *before_[std::size(rows)];
};

/// Parts of the body can't be had.
void refuse_ranges(request_rec *r) noexcept;

/// The Content-Length that has been set, or -1.
apr_off_t content_length(const request_rec *r) noexcept;

} // namespace apache
