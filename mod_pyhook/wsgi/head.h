// wsgi/head.h: status and headers as an application gives them, checked, and then httpd's.
#pragma once

#include "py/ref.h"

#include "apache/httpd.h"

#include <string_view>

namespace pyhook::wsgi {

/// The connection is httpd's business: these would break its framing.
bool is_hop_by_hop(std::string_view name);

/// What start_response was called with. Lives in the request's pool.
class Head {
public:
    /// Throws TypeError or ValueError with what was expected and what came.
    Head(request_rec *r, py::borrowed status, py::borrowed headers);

    /// The same of a status alone, to which headers are added.
    Head(request_rec *r, int status);
    void add(std::string_view name, std::string_view value);

    /// The response that begins now has this head.
    void commit() const;

    /// The application's Content-Length, or -1.
    apr_off_t length() const { return length_; }

    bool allows_body() const { return !AP_STATUS_IS_HEADER_ONLY(status_) && r_->header_only == 0; }

private:
    void set_status(std::string_view line);
    void set_status(int status);
    void add(py::borrowed pair);
    void set_length(std::string_view digits);

    request_rec *r_;
    int status_ = 0;
    const char *line_ = nullptr;
    const char *content_type_ = nullptr;
    apr_off_t length_ = -1;
    apr_table_t *headers_;
};

} // namespace pyhook::wsgi
