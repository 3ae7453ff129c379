// gateway/head.h: checks the status and headers that an application gives, and gives them to httpd.
#pragma once

#include "apache/httpd.h"

#include <string_view>

namespace pyhook::gateway {

/// An application may not set these headers: httpd manages the connection, and they would break its framing.
bool is_hop_by_hop(std::string_view name);

/// The head of a response. Lives in the request's pool. What is not allowed throws std::invalid_argument, whose text
/// says what was expected and what came.
class Head {
public:
    /// A head without headers: they are added, about `count` of them. `status` is three digits, a space and a reason.
    Head(request_rec *r, std::string_view status, int count);
    Head(request_rec *r, int status);
    void add(std::string_view name, std::string_view value);

    /// Gives this head to the response that begins now.
    void commit() const;

    /// The Content-Length that the application has set, or -1.
    apr_off_t length() const { return length_; }

    bool allows_body() const { return !AP_STATUS_IS_HEADER_ONLY(status_) && r_->header_only == 0; }

private:
    void set_status(std::string_view line);
    void set_status(int status);
    void set_length(std::string_view digits);

    request_rec *r_;
    int status_ = 0;
    const char *line_ = nullptr;
    const char *content_type_ = nullptr;
    apr_off_t length_ = -1;
    apr_table_t *headers_;
};

} // namespace pyhook::gateway
