// loops/exchange.h: a request and its answer, handed to an event loop by a thread that waits and moves the bytes.
#pragma once

#include "apache/body.h"
#include "apache/suspended.h"

#include "types/request.h"

#include <atomic>
#include <mutex>
#include <semaphore>
#include <string>

namespace pyhook {

class Loop;
struct ExchangeObject;

/// A thread of httpd's hands it over and waits outside Python. While it does, the loop's thread may use the request's
/// records; only one of them works at a time. What blocks, the client's bytes in either direction, is done by the
/// waiting thread when the loop asks, and the loop goes on with other tasks meanwhile. After a while the connection may
/// be suspended: then nobody waits, and what was said of the waiting thread holds for the poller's, which never blocks.
class Exchange : public apache::Suspended {
public:
    using Patience = std::optional<std::chrono::milliseconds>;

    /// On the thread that is going to wait: for so long, or for as long as it takes. With a limit the exchange is made
    /// by `new`.
    Exchange(Loop &loop, request_rec *r, Patience patience) noexcept
        : Suspended(r), loop_(loop), patience_(patience), calls_(keeping::innermost()) {}

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

    bool is_busy() const noexcept { return waiter_ || is_handed_back_; }
    Request &request() const noexcept { return *request_; }

    /// Does its thread use what lies in `pool`?
    bool needs(apr_pool_t *pool) const noexcept;

    Exchange *next = nullptr;  // in the loop's inbox
    Exchange *outer = nullptr; // of the same connection: a page that is being sent, of which this one is a part

protected:
    // For the thread that httpd gave the request to.

    /// Hands over, and does what the loop asks for until the task is done, or, false, until the connection was
    /// suspended: then the handler returns SUSPENDED. Detached.
    bool serve() noexcept;

    /// The connection has no thread any more when the one that waits has returned.
    void suspend_now() noexcept;
    bool may_be_suspended(const ap_filter_t *output_filters) const noexcept {
        return patience_ && is_possible(record(), output_filters);
    }
    bool is_suspended() const noexcept {
        const std::lock_guard lock(mutex_);
        return is_suspended_;
    }

    /// Has the exchange arrive at the loop, once for as many calls as there are until it does. From any thread.
    void tell() noexcept;

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

    struct Told {
        bool is_done;
        bool is_tired;
    };

    /// It arrives: what is told from now on makes it arrive once more.
    Told note_arrival() noexcept;

    /// Lets go of what is Python's and not wanted any more: whoever ends this may not, who is detached.
    virtual void forget() noexcept {}

    /// What the task gave or raised is not wanted, for a derived class's `forget`.
    void forget_outcome() noexcept {
        result_ = {};
        exception_ = {};
    }

    // On the poller's thread, or that of the MPM.

    bool go_on(Clock::time_point now) noexcept override;
    Clock::time_point due() const noexcept override;

    /// Does what the loop has asked for. False once the task is done.
    bool obey_all() noexcept;
    bool has_ended() const noexcept { return ended_; }
    void end() noexcept;

private:
    enum class Wish : char { none, read, write, suspend, finish };

    void begin();
    void settle();
    bool is_settled() noexcept;
    void resolve(const py::ref &waiter);
    py::ref ask(Wish wish);
    void hand() noexcept;
    bool obey() noexcept;
    void let_go();
    void give_away() noexcept;
    void await_wish() noexcept;
    bool may_tire() const noexcept;
    void note_sent() noexcept;
    void note_taken(Clock::time_point now) noexcept;
    void done() noexcept;
    void receive() noexcept;

    Loop &loop_;
    const Patience patience_;          // of the thread that waits
    const keeping *calls_;             // of the thread that waits, and that stay until it goes on
    Request *request_ = nullptr;       // from the beginning of the task
    ExchangeObject *object_ = nullptr; // once the loop has it
    py::ref cancel_;                   // the task's method
    py::ref waiter_;                   // the future of what was asked for
    py::ref result_;
    py::ref exception_;
    Why cancelled_ = Why::not_cancelled;
    bool ended_ = false; // the task
    bool is_handed_back_ = false;
    Wish wish_ = Wish::none;
    std::atomic<bool> handed_back_{false};
    std::counting_semaphore<2> asked_{0};
    std::binary_semaphore has_let_go_{0};
    std::string bytes_;
    std::size_t limit_ = 0;
    bool whole_ = false; // all that `limit_` allows is wanted, not only what comes first
    apr_status_t status_ = APR_SUCCESS;

    // Of the thread that waits, or the poller's.
    bool tires_ = false;             // of waiting, when its time comes
    Clock::time_point tires_at_;     // none: nothing may be suspended yet
    bool is_held_back_ = false;      // the client has yet to take what was written
    std::size_t held_back_ = 0;      // bytes
    Clock::time_point held_back_at_; // since when no fewer

    mutable std::mutex mutex_; // of what follows, and of `calls_`
    bool is_posted_ = false;   // it lies in the loop's inbox
    bool is_silent_ = false;   // and will not again
    bool is_done_ = false;     // what was asked for
    bool is_tired_ = false;    // of waiting
    bool is_suspended_ = false;
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

} // namespace pyhook
