// loops/exchange.h: a request and its answer, handed to an event loop by a thread that waits and moves the bytes.
#pragma once

#include "apache/body.h"

#include "types/request.h"

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
    Exchange(Loop &loop, Request &request) noexcept : loop_(loop), request_(request), r_(request.record()) {}
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;

    /// Runs a coroutine on the loop, or sends what an async generator yields there, and waits until that is done.
    /// Attached. Gives the result, or throws what was raised.
    py::ref run(py::borrowed target);

    // On the loop's thread, attached.

    /// The exchange has come, or what was asked for is done.
    void arrive();

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

    bool is_busy() const noexcept { return static_cast<bool>(waiter_); }
    Request &request() const noexcept { return request_; }
    conn_rec *connection() const noexcept { return r_->connection; }

    Exchange *next = nullptr; // in the loop's inbox

private:
    enum class Wish : char { none, read, write, finish };

    void begin();
    void settle();
    void resolve(const py::ref &waiter);
    py::ref ask(Wish wish);
    void end() noexcept;
    void serve() noexcept;
    void receive() noexcept;
    void send() noexcept;

    Loop &loop_;
    Request &request_;
    request_rec *r_;
    ExchangeObject *object_ = nullptr; // once the loop has it
    py::ref target_;
    py::ref cancel_; // the task's method
    py::ref waiter_; // the future of what was asked for
    py::ref result_;
    py::ref exception_;
    Why cancelled_ = Why::not_cancelled;
    bool ended_ = false; // the task
    Wish wish_ = Wish::none;
    std::binary_semaphore asked_{0};
    std::string bytes_; // read, or to be written
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

    static PyTypeObject *make_type();
};

/// Did a callable return a coroutine, another awaitable, or an async iterator?
bool is_asynchronous(py::borrowed result) noexcept;

/// What it comes to, on the loop of the attached interpreter; of an async iterator, None once all of it was sent.
/// Throws what was raised.
py::ref awaited(Request &request, py::borrowed target);

} // namespace pyhook
