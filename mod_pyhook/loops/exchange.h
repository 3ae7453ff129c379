// loops/exchange.h: a request and its answer, handed to an event loop by a thread that waits and moves the bytes.
#pragma once

#include "apache/body.h"

#include "types/request.h"

#include <atomic>
#include <semaphore>
#include <string>

namespace pyhook {

class Loop;
struct ExchangeObject;

/// Lives in the frame of the thread that httpd gave the request to. That thread waits outside Python. While it does,
/// the loop's thread may use the request's records; only one of them works at a time. What blocks, the client's bytes
/// in either direction, is done by the waiting thread when the loop asks, and the loop goes on with other tasks
/// meanwhile.
class Exchange {
public:
    /// On the thread that is going to wait.
    Exchange(Loop &loop, request_rec *r) noexcept : loop_(loop), r_(r), calls_(keeping::innermost()) {}
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;
    virtual ~Exchange() = default;

    // On the loop's thread, attached.

    /// The exchange has come, or what was asked for is done.
    virtual void arrive();

    /// Futures of what the waiting thread does: up to `size` bytes of the body, or whatever comes next; a piece of the
    /// response that is on its way.
    py::ref read(std::optional<Py_ssize_t> size);
    py::ref read_some();
    py::ref write(std::string_view data);

    /// The task is done. Nothing here may be used afterwards: the other thread goes on.
    void finish(py::ref result);
    void fail(py::ref exception);

    /// The client has gone, or the loop stops: the task is cancelled, once.
    enum class Why : char { not_cancelled, client_gone, stopping };
    void cancel(Why why) noexcept;
    Why cancelled() const noexcept { return cancelled_; }

    /// Does it end with its client only, as a stream of events?
    virtual bool is_endless() const noexcept;

    /// Is its client's leaving found out by the loop?
    virtual bool is_watched() const noexcept { return true; }

    bool is_busy() const noexcept { return static_cast<bool>(waiter_); }
    Request &request() const noexcept { return *request_; }
    request_rec *record() const noexcept { return r_; }
    conn_rec *connection() const noexcept { return r_->connection; }

    /// Does its thread use what lies in `pool`?
    bool needs(apr_pool_t *pool) const noexcept {
        return apr_pool_is_ancestor(pool, r_->pool) != 0 || keeping::is_needed_by(calls_, pool);
    }

    Exchange *next = nullptr;  // in the loop's inbox
    Exchange *outer = nullptr; // of the same connection: a page that is being sent, of which this one is a part

protected:
    // For the thread that httpd gave the request to.

    /// Hands over, and does what the loop asks for until the task is done. Detached.
    void serve() noexcept;

    /// What the task gave, or throws what it raised. Attached.
    py::ref take_result();

    /// Sends `bytes()`, and gives what came of that. Detached.
    virtual apr_status_t send() noexcept = 0;

    /// After `hand_back`: the connection is this thread's alone. Detached.
    virtual void converse() noexcept {}

    /// Throws RuntimeError when there is nothing yet that a piece could follow. Attached, on the loop's thread.
    virtual void check_may_send() const {}

    /// Throws RuntimeError while the other thread has the records.
    void check_idle() const;

    // On the loop's thread, attached.

    virtual ExchangeObject *make_object() = 0;

    /// Starts the task, and gives what cancels it.
    virtual py::ref begin_task(ExchangeObject *object) = 0;

    void set_request(Request &request) noexcept { request_ = &request; }

    /// What was read, or is to be written. The other thread's while it reads or writes.
    std::string_view bytes() const noexcept { return bytes_; }

    Loop &loop() const noexcept { return loop_; }

    /// From now on the waiting thread converses with the client, and the loop has no use of the records.
    void hand_back() noexcept;

    /// Resolves a future that somebody may have given up waiting for.
    static void resolve_with(const py::ref &future, py::borrowed value);

    /// Does nothing of the other thread's refer to this any more, so that it may end? If not, it arrives once more.
    virtual bool is_settled() noexcept { return !is_busy(); }

    /// Lets go of what is Python's and not wanted any more: the thread that waits may not, which is detached.
    virtual void forget() noexcept {}

    /// What the task gave or raised is not wanted, for a derived class's `forget`.
    void forget_outcome() noexcept {
        result_ = {};
        exception_ = {};
    }
    bool has_ended() const noexcept { return ended_; }
    void end() noexcept;

private:
    enum class Wish : char { none, read, write, finish };

    void begin();
    void settle();
    void resolve(const py::ref &waiter);
    py::ref ask(Wish wish);
    void receive() noexcept;

    Loop &loop_;
    request_rec *r_;
    const keeping *calls_;             // of the thread that waits, and that stay until it goes on
    Request *request_ = nullptr;       // from the beginning of the task
    ExchangeObject *object_ = nullptr; // once the loop has it
    py::ref cancel_;                   // the task's method
    py::ref waiter_;                   // the future of what was asked for
    py::ref result_;
    py::ref exception_;
    Why cancelled_ = Why::not_cancelled;
    bool ended_ = false; // the task
    Wish wish_ = Wish::none;
    std::atomic<bool> handed_back_{false};
    std::counting_semaphore<2> asked_{0};
    std::string bytes_;
    std::size_t limit_ = 0;
    bool whole_ = false; // all that `limit_` allows is wanted, not only what comes first
    apr_status_t status_ = APR_SUCCESS;
};

/// What Python's side of the loop knows an exchange by. It may be kept longer.
struct ExchangeObject : PyObject {
    Exchange *exchange; // null once it is finished
    State *state;

    void check_usable() const;
    py::ref enter();
    std::optional<std::string_view> cancelled() const;
    py::ref write(py::body_data data) { return exchange->write(data.view()); }
    void finish(py::ref result) { exchange->finish(std::move(result)); }
    void fail(py::ref exception) { exchange->fail(std::move(exception)); }
    void drop() noexcept {}

    /// The rows of the method table that every type of exchange has.
    static std::span<PyMethodDef> methods();
};

/// A content handler's coroutine or async generator.
class HandlerExchange final : public Exchange {
public:
    HandlerExchange(Loop &loop, Request &request, py::borrowed target)
        : Exchange(loop, request.record()), target_(py::ref::share(target)) {
        set_request(request);
    }

    /// Waits until it is done. Attached. Gives the result, or throws what was raised.
    py::ref run();

    static PyTypeObject *make_type();

private:
    apr_status_t send() noexcept override;
    ExchangeObject *make_object() override;
    py::ref begin_task(ExchangeObject *object) override;

    py::ref target_;
};

/// Did a callable return a coroutine, another awaitable, or an async iterator?
bool is_asynchronous(py::borrowed result) noexcept;

/// What it comes to, on the loop of the attached interpreter; of an async iterator, None once all of it was sent.
/// Throws what was raised.
py::ref awaited(Request &request, py::borrowed target);

} // namespace pyhook
