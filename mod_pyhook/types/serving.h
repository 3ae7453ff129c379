// types/serving.h: which connection and request this thread works for; nobody else may touch their records meanwhile.
#pragma once

#include "apache/httpd.h"

namespace pyhook {

struct Request;

enum class Direction : bool { input, output };

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

/// For the length of one call into a Python filter of `c`: it can't read or write what it stands in the way of.
class filtering {
public:
    filtering(const conn_rec *c, Direction direction) noexcept;
    filtering(const filtering &) = delete;
    filtering &operator=(const filtering &) = delete;
    ~filtering();

    /// Does a filter of this direction of `c` run on this thread?
    static bool runs(const conn_rec *c, Direction direction) noexcept;

private:
    const conn_rec *&current_;
    const conn_rec *outer_;
};

} // namespace pyhook
