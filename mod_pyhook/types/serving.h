// types/serving.h: which connection and request this thread works for; nobody else may touch their records meanwhile.
#pragma once

#include "py/text.h"

#include "apache/httpd.h"

#include <optional>

namespace pyhook {

struct Request;

enum class Direction : bool { input, output };

/// For the length of a call that uses what lies in a pool: nobody may destroy that pool.
class keeping {
public:
    explicit keeping(apr_pool_t *pool) noexcept;
    keeping(const keeping &) = delete;
    keeping &operator=(const keeping &) = delete;
    ~keeping();

    /// Do others than the innermost of these calls use what lies in `pool`, or in a pool of its own? Calls of the
    /// threads that wait for this one's event loop count, too.
    static bool is_needed(apr_pool_t *pool) noexcept;

    /// The same for all of `calls`, which are some thread's from the innermost one on.
    static bool is_needed_by(const keeping *calls, apr_pool_t *pool) noexcept;
    static const keeping *innermost() noexcept;

private:
    apr_pool_t *pool_;
    const keeping *outer_;
};

/// For the length of one call into Python the thread owns the records of `c`, its requests included.
class serving {
public:
    explicit serving(conn_rec *c) noexcept : serving(c, nullptr, nullptr) {}
    serving(conn_rec *c, Request *request) noexcept; // types/request.h
    serving(const serving &) = delete;
    serving &operator=(const serving &) = delete;
    ~serving();

    /// Whoever asks is about to use the records: what is lent comes back first.
    static conn_rec *connection() noexcept;
    static Request *request() noexcept;

    /// The record of that request, or null.
    static request_rec *record() noexcept;

    /// What this thread may use in place of `c`: `c` itself, a stream of it, or null.
    static conn_rec *connection_for(const conn_rec *c) noexcept;

    /// Has `function()` called when this thread's call is over, before the thread lets go of the records. One function
    /// is kept for a call. False if the thread serves nothing.
    static bool when_call_ends(py::borrowed function) noexcept;

private:
    serving(conn_rec *c, Request *request, request_rec *r) noexcept;

    keeping kept_;
    py::ref at_end_;
    serving *outer_;
    conn_rec *outer_connection_;
    Request *outer_request_;
    request_rec *outer_record_;
};

/// Somebody who may use the records that this thread serves, for as long as its Python code asks for none.
class Borrower {
public:
    Borrower(const Borrower &) = delete;
    Borrower &operator=(const Borrower &) = delete;

    /// When this returns, the records are this thread's alone.
    virtual void give_back() noexcept = 0;

    /// The same, because Python code asks for them: they will not be lent again before it returns.
    virtual void give_back_for_good() noexcept = 0;

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

/// The records that this thread's event loop may use while their own threads wait for it (loops/).
class Custody {
public:
    Custody(const Custody &) = delete;
    Custody &operator=(const Custody &) = delete;

    /// Null on every thread that runs no event loop of ours.
    static Custody *here() noexcept;

    /// The same for a method `a`+`name` of a request. Throws RuntimeError on other threads.
    static Custody &here_or_raise(const char *name);

    /// As serving::connection_for. Null also while its own thread reads or writes for the loop.
    virtual conn_rec *connection_for(const conn_rec *c) const noexcept = 0;

    /// The request that the running task is for, and its record, or null.
    virtual Request *request() const noexcept = 0;
    virtual request_rec *record() const noexcept = 0;

    /// Awaitables of what the request's own thread does meanwhile: `size` bytes of its body, all by default, or
    /// whatever comes next; a piece of the response.
    virtual py::ref read(const Request &request, std::optional<Py_ssize_t> size) = 0;
    virtual py::ref read_some(const Request &request) = 0;
    virtual py::ref write(const Request &request, std::string_view data) = 0;

    /// Does a thread that waits use what lies in `pool`, or in a pool of its own?
    virtual bool needs(apr_pool_t *pool) const noexcept = 0;

protected:
    Custody() = default;
    ~Custody() = default;

    void begin_here() noexcept;
    static void end_here() noexcept;
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
