// types/serving.h: which connection and request this thread works for; nobody else may touch their records meanwhile.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

struct Request;

/// For the length of one call into Python the thread owns the records of `c`, its requests included.
class serving {
public:
    explicit serving(conn_rec *c, Request *request = nullptr) noexcept;
    serving(const serving &) = delete;
    serving &operator=(const serving &) = delete;
    ~serving();

    static conn_rec *connection() noexcept;
    static Request *request() noexcept;

private:
    conn_rec *outer_connection_;
    Request *outer_request_;
};

} // namespace pyhook
