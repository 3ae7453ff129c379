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

    /// Whoever asks is about to use the records: what is lent comes back first.
    static conn_rec *connection() noexcept;
    static Request *request() noexcept;

private:
    conn_rec *outer_connection_;
    Request *outer_request_;
};

/// Somebody who may use the records that this thread serves, for as long as its Python code asks for none.
class Borrower {
public:
    Borrower(const Borrower &) = delete;
    Borrower &operator=(const Borrower &) = delete;

    /// When this returns, the records are this thread's alone.
    virtual void give_back() noexcept = 0;

    /// The same, because Python code asks for them: they will not be lent again before it returns.
    virtual void give_up() noexcept = 0;

protected:
    Borrower() = default;
    ~Borrower() = default;
};

/// For the length of one call into Python, or until the code in it asks what this thread serves. Does not nest.
class lending {
public:
    explicit lending(Borrower &to) noexcept;
    lending(const lending &) = delete;
    lending &operator=(const lending &) = delete;
    ~lending();
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
