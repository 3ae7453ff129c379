// apache/entity.h: the response headers that describe a body, once a filter makes another one of it.
#pragma once

#include "apache/httpd.h"

#include <iterator>

namespace apache {

/// Remembers the headers that belong to the body as it was. What the filter sets anew is its own and stays.
class EntityHeaders {
public:
    explicit EntityHeaders(const request_rec *r) noexcept;

    /// The body is going to be another one: neither its length, its tags nor a part of it can be promised any more.
    void forget(request_rec *r) const noexcept;

private:
    static constexpr const char *names[] = {"Content-Length", "ETag", "Content-MD5", "Accept-Ranges"};

    const char *before_[std::size(names)];
};

/// The Content-Length that has been set, or -1.
apr_off_t content_length(const request_rec *r) noexcept;

} // namespace apache
