// types/serving.h: the connection and the request that this thread serves. Meanwhile no other thread may use their
// records.
#pragma once

#include "py/text.h"

#include "apache/httpd.h"

#include "types/running.h"

#include <new>
#include <optional>
#include <utility>

namespace pyhook {

struct Request;
class keeping;
class serving;
class Borrower;
class Custody;

enum class Direction : bool { input, output };

/// What one thread works for. Only the classes of this file use it.
struct ThreadWork {
    serving *call;
    const keeping *kept;
    Borrower *borrower;
    Custody *custody;
    const conn_rec *filtered[2];

    static constinit thread_local ThreadWork of_this_thread;

    /// That of this thread. To find it is a call, which the compiler would make again at each use of the variable.
    static ThreadWork &here() noexcept { return *std::launder(&of_this_thread); }
};

/// While this exists, a call uses memory of a pool, so nobody may destroy the pool.
class keeping {
public:
    explicit keeping(apr_pool_t *pool, ThreadWork &work = ThreadWork::here()) noexcept
        : work_(work), pool_(pool), outer_(std::exchange(work.kept, this)) {}
    keeping(const keeping &) = delete;
    keeping &operator=(const keeping &) = delete;
    ~keeping() { work_.kept = outer_; }

    /// True if another call than the innermost one uses `pool` or a pool inside it. The calls of the threads that wait
    /// for this thread's event loop count too.
    static bool is_needed(apr_pool_t *pool) noexcept;

    /// True if one of `calls` uses `pool` or a pool inside it. They are the calls of one thread, from the innermost on.
    static bool is_needed_by(const keeping *calls, apr_pool_t *pool) noexcept;
    static const keeping *innermost() noexcept;

private:
    ThreadWork &work_;
    apr_pool_t *pool_;
    const keeping *outer_;
};

/// During one call into Python, the thread owns the records of `c` and of its requests. If somebody watches, the call
/// is among RunningCalls.
class serving {
public:
    explicit serving(conn_rec *c) noexcept : serving(c, nullptr, nullptr, nullptr) {}
    serving(conn_rec *c, Request *request) noexcept; // types/request.h
    serving(const serving &) = delete;
    serving &operator=(const serving &) = delete;
    ~serving() {
        if (running_ || at_end_)
            end();
        work_.call = outer_;
    }

    /// These functions take lent records back, because their caller is about to use them.
    static conn_rec *connection() noexcept;
    static Request *request() noexcept;

    /// The record of that request, or null.
    static request_rec *record() noexcept;

    /// The record of this thread's innermost call; null if it has none, or has lent it.
    static const request_rec *own_record() noexcept {
        const ThreadWork &work = ThreadWork::here();
        return work.borrower == nullptr && work.call != nullptr ? work.call->record_ : nullptr;
    }

    /// The record of the request that this thread serves on `c`, after `connection_for` has given `c`; null if it
    /// serves none.
    static const request_rec *record_on(const conn_rec *c) noexcept;

    /// The connection that this thread may use for `c`: `c` itself, a stream of it, or null.
    static conn_rec *connection_for(const conn_rec *c) noexcept {
        const ThreadWork &work = ThreadWork::here();
        const bool is_own = work.borrower == nullptr && work.call != nullptr && work.call->connection_ == c;
        return is_own ? work.call->connection_ : other_connection_for(c);
    }

    /// Makes `function()` run when this thread's call is over, before the thread lets go of the records. One call has
    /// one such function. Returns false if the thread serves nothing.
    static bool when_call_ends(py::borrowed function) noexcept;

private:
    friend class uninterrupted;

    serving(conn_rec *c, Request *request, State *state, request_rec *r) noexcept
        : work_(ThreadWork::here()), kept_(r == nullptr ? nullptr : r->pool, work_), connection_(c), request_(request),
          record_(r), outer_(std::exchange(work_.call, this)) {
        if (r != nullptr && RunningCalls::is_watched())
            show(*state);
    }
    [[gnu::noinline]] static conn_rec *other_connection_for(const conn_rec *c) noexcept;
    [[gnu::noinline]] void show(State &state) noexcept;
    [[gnu::noinline]] void end() noexcept;

    ThreadWork &work_;
    std::optional<RunningCall> running_;
    keeping kept_;
    py::ref at_end_;
    conn_rec *connection_;
    Request *request_;
    request_rec *record_;
    serving *outer_;
};

/// In this scope no time-out interrupts this thread, because it runs Python code of mod_pyhook itself.
class uninterrupted {
public:
    uninterrupted() noexcept;
    uninterrupted(const uninterrupted &) = delete;
    uninterrupted &operator=(const uninterrupted &) = delete;
    ~uninterrupted();

private:
    serving *in_;
};

/// The borrower may use the records that this thread serves, until this thread's Python code asks for them.
class Borrower {
public:
    Borrower(const Borrower &) = delete;
    Borrower &operator=(const Borrower &) = delete;

    /// When this returns, only this thread uses the records.
    virtual void give_back() noexcept = 0;

    /// Like give_back, because Python code asks for the records: they are not lent again before that code returns.
    virtual void give_back_for_good() noexcept = 0;

protected:
    Borrower() = default;
    ~Borrower() = default;
};

/// Lends the records during one call into Python, or until its code asks for what this thread serves. Does not nest.
class lending {
public:
    explicit lending(Borrower &to) noexcept;
    lending(const lending &) = delete;
    lending &operator=(const lending &) = delete;
    ~lending();
};

/// The records that the event loop of this thread may use while the threads that serve them wait (loops/).
class Custody {
public:
    Custody(const Custody &) = delete;
    Custody &operator=(const Custody &) = delete;

    /// Null on every thread that does not run an event loop of mod_pyhook.
    static Custody *here() noexcept;

    /// Like `here`, for a method `a`+`name` of a request. Throws RuntimeError on other threads.
    static Custody &here_or_raise(const char *name);

    /// Like serving::connection_for. Null also while the connection's own thread reads or writes for the loop.
    virtual conn_rec *connection_for(const conn_rec *c) const noexcept = 0;

    /// The request of `c` that the loop serves, whichever task runs; null if there is none.
    virtual const request_rec *record_on(const conn_rec *c) const noexcept = 0;

    /// The request that the running task serves, and its record, or null.
    virtual Request *request() const noexcept = 0;
    virtual request_rec *record() const noexcept = 0;

    /// These give awaitables of what the request's own thread does meanwhile: it reads `size` bytes of the body (all by
    /// default), or the next bytes that come, or writes a piece of the response.
    virtual py::ref read(const Request &request, std::optional<Py_ssize_t> size) = 0;
    virtual py::ref read_some(const Request &request) = 0;
    virtual py::ref write(const Request &request, std::string_view data) = 0;

    /// True if a waiting thread uses `pool` or a pool inside it.
    virtual bool needs(apr_pool_t *pool) const noexcept = 0;

protected:
    Custody() = default;
    ~Custody() = default;

    void begin_here() noexcept;
    static void end_here() noexcept;
};

/// During one call into a Python filter of `c`: the filter can't read or write the stream that it is part of.
class filtering {
public:
    filtering(const conn_rec *c, Direction direction) noexcept;
    filtering(const filtering &) = delete;
    filtering &operator=(const filtering &) = delete;
    ~filtering();

    /// True if this thread runs a filter of `c` of this direction.
    static bool runs(const conn_rec *c, Direction direction) noexcept;

private:
    const conn_rec *&current_;
    const conn_rec *outer_;
};

} // namespace pyhook
