// loops/exchange.h: a request that an event loop handles, while the thread that httpd gave it to waits and moves its
// bytes.
#pragma once

#include "apache/body.h"
#include "apache/suspended.h"

#include "loops/semaphore.h"
#include "types/elsewhere.h"
#include "types/request.h"

#include <atomic>
#include <mutex>
#include <string>
#include <utility>

namespace pyhook {

class Loop;
struct ExchangeObject;

/// An httpd thread hands its request over and waits outside Python. Meanwhile the loop's thread may use the request's
/// records; at every moment only one of the two threads works. The waiting thread does what blocks, which is reading
/// and writing the client's bytes, when the loop asks. Meanwhile the loop goes on with other tasks. After a while the
/// connection may be suspended. Then no thread waits, and the poller's thread, which never blocks, does what the
/// waiting thread did.
class Exchange : public apache::Suspended {
public:
    using Patience = std::optional<std::chrono::milliseconds>;

    /// Made by the thread that is going to wait: for the given time, or without a limit. With a limit, `new` must make
    /// the exchange, because it outlives the handler.
    Exchange(Loop &loop, request_rec *r, Patience patience) noexcept
        : Suspended(r), loop_(loop), patience_(patience), calls_(keeping::innermost()) {}

    // Functions for the loop's thread, attached.

    /// The loop calls this when the exchange has come, and when the other thread has done what the loop asked for.
    virtual void arrive();

    /// Futures of what the waiting thread does: it reads up to `size` bytes of the body, or the next bytes that come,
    /// or sends a piece of the response.
    py::ref read(std::optional<Py_ssize_t> size);
    py::ref read_some();
    py::ref write(std::string_view data);

    /// Ends the exchange, because the task is done. The loop may not use it afterwards: the other thread goes on. A
    /// task that was given up may still come to its end: the exchange keeps either an exception or a result.
    void finish(py::ref result) {
        if (!ended_)
            result_ = std::move(result);
        end();
    }
    void fail(py::ref exception);

    /// Cancels the task, once, because the client has gone or the loop stops.
    enum class Why : char { not_cancelled, client_gone, stopping, timed_out };
    void cancel(Why why) noexcept;
    Why cancelled() const noexcept { return cancelled_; }

    /// True if the task was told so long ago that the server stops.
    bool is_late(std::chrono::milliseconds time) const noexcept {
        return cancelled_ == Why::stopping && Clock::now() - told_at_ >= time;
    }

    /// Answers without the task, which goes on.
    virtual void give_up(py::ref exception) { fail(std::move(exception)); }

    /// True if the response only ends when its client leaves, as a stream of events does.
    virtual bool is_endless() const noexcept;

    /// True if the loop must find out that the client has left.
    virtual bool is_watched() const noexcept { return true; }

    /// What PyHookTimeout knows of it.
    struct Watched {
        Clock::duration ran{}; // while it was not busy, as seen
        bool was_seen = false;
        bool is_reported_as_slow = false;
        bool is_timed_out = false;
    };
    Watched watched;

    /// True if the task is to come to its end, or at least to an answer, soon.
    virtual bool is_urgent() const noexcept { return !is_endless(); }

    /// True if a time-out holds for it now: what it waits for is not its client, and it is not meant to go on for long.
    bool is_limited() const noexcept { return !ended_ && !is_busy() && !is_suspended() && is_urgent(); }

    /// The function that cancels the task; empty after it was called.
    const py::ref &cancel_function() const noexcept { return cancel_; }

    bool is_busy() const noexcept { return waiter_ || is_handed_back_; }
    Request &request() const noexcept { return *request_; }

    /// True if the waiting thread uses `pool` or a pool inside it.
    bool needs(apr_pool_t *pool) const noexcept;

    /// Lets the other thread go on, after which this may not exist any more.
    void hand() noexcept;

    /// Throws RuntimeError in the thread of an event loop, which may be the one that would answer.
    static void check_may_wait();

    Exchange *next = nullptr;  // in the loop's inbox, or among those that go on together
    Exchange *outer = nullptr; // of the same connection: a page that is being sent, of which this one is a part

protected:
    // Functions for the thread that httpd gave the request to.

    /// Hands the request over, and does what the loop asks for. Returns true when the task is done, and false when the
    /// connection was suspended; then the handler returns SUSPENDED. Runs detached.
    bool serve() noexcept;

    /// Suspends the connection: no thread serves it after the waiting one has returned.
    void suspend_now() noexcept;
    bool may_be_suspended(const ap_filter_t *output_filters) const noexcept {
        return patience_ && is_possible(record(), output_filters);
    }
    bool is_suspended() const noexcept {
        const std::lock_guard lock(mutex_);
        return is_suspended_;
    }

    /// Makes the exchange arrive at the loop. Several calls before it arrives count as one. Any thread may call it.
    void tell() noexcept;

    /// The result of the task. Throws what the task raised. Runs attached.
    py::ref take_result();

    /// What the task has returned; null if it has failed, or was cancelled.
    py::maybe result() const noexcept {
        return exception_ || cancelled_ != Why::not_cancelled ? py::maybe() : py::maybe(result_.get());
    }

    /// Sends `bytes()` and returns the outcome. Runs detached.
    virtual apr_status_t send() noexcept = 0;

    /// Called after `hand_back`, when only this thread uses the connection. Runs detached.
    virtual void converse() noexcept {}

    /// Throws RuntimeError if the response has not begun, so no piece can follow. Runs attached, on the loop's
    /// thread.
    virtual void check_may_send() const {}

    /// True if the task may go on after the exchange has ended: then nobody waits for the task's next pause.
    virtual bool ends_before_its_task() const noexcept { return false; }

    /// Throws RuntimeError while the other thread uses the records.
    void check_idle() const;

    // Functions for the loop's thread, attached.

    virtual ExchangeObject *make_object() = 0;

    /// Starts the task. Gives the function that cancels it.
    virtual py::ref begin_task(ExchangeObject *object) = 0;

    void set_request(Request &request) noexcept { request_ = &request; }

    /// The bytes that were read or are to be written. While the other thread reads or writes, only that thread may use
    /// them.
    std::string_view bytes() const noexcept { return bytes_; }

    Loop &loop() const noexcept { return loop_; }

    /// From now on the waiting thread converses with the client, and the loop does not use the records.
    void hand_back() noexcept;

    /// Resolves a future. Its task may have stopped waiting for it.
    static void resolve_with(const py::ref &future, py::borrowed value);

    struct Told {
        bool is_done;
        bool is_tired;
    };

    /// Notes that the exchange arrives: it arrives again if `tell` is called after this.
    Told note_arrival() noexcept;

    /// Drops Python objects that are not needed any more. The thread that deletes this is detached and may not drop
    /// them.
    virtual void forget() noexcept {}

    /// Drops the task's result and exception, for the `forget` of a derived class.
    void forget_outcome() noexcept {
        result_ = {};
        exception_ = {};
    }

    /// The answer of a thread that gets no thread state. The objects of the outcome stay, because nobody may drop them.
    int conclude_without_python() noexcept;

    // Functions for the poller's thread, or a thread of the MPM.

    bool go_on(Clock::time_point now) noexcept override;
    Clock::time_point due() const noexcept override;

    /// Does everything that the loop has asked for. Returns false when the task is done.
    bool obey_all() noexcept;
    bool has_ended() const noexcept { return ended_; }
    void end() noexcept;

private:
    enum class Wish : char { none, read, write, suspend, finish };

    void begin();
    void settle();

    /// What a task has given or raised stays the answer, whatever fails afterwards.
    void note_failure(py::ref exception) noexcept {
        if (!std::exchange(ended_, true))
            exception_ = std::move(exception);
    }

    bool is_settled() noexcept;
    void resolve(const py::ref &waiter);
    py::ref ask(Wish wish);
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
    const Patience patience_;          // how long the waiting thread waits
    const keeping *calls_;             // the calls of the waiting thread, which last until it goes on
    Request *request_ = nullptr;       // set when the task begins
    ExchangeObject *object_ = nullptr; // set when the loop has the exchange
    py::ref cancel_;                   // the method that cancels the task
    std::optional<RunningElsewhere> running_;
    py::ref waiter_; // the future of what the loop has asked for
    py::ref result_;
    py::ref exception_;
    Why cancelled_ = Why::not_cancelled;
    Clock::time_point told_at_; // when it was cancelled
    bool ended_ = false;        // the task has ended
    bool is_handed_back_ = false;
    Wish wish_ = Wish::none;
    std::atomic<bool> handed_back_{false};
    Semaphore asked_;
    Semaphore has_let_go_;
    std::string bytes_;
    std::size_t limit_ = 0;
    bool whole_ = false; // true: read all that `limit_` allows; false: what comes first
    apr_status_t status_ = APR_SUCCESS;

    // Members of the waiting thread, or of the poller's.
    bool tires_ = false;             // the thread stops waiting at tires_at_
    Clock::time_point tires_at_;     // not set: the connection may not be suspended yet
    bool is_held_back_ = false;      // the client must first take what was written
    std::size_t held_back_ = 0;      // the number of bytes that the client has not taken
    Clock::time_point held_back_at_; // since when it has not become less

    mutable std::mutex mutex_; // guards the members below, and `calls_`
    bool is_posted_ = false;   // it is in the loop's inbox
    bool is_silent_ = false;   // it is not in the inbox, and will not be again
    bool is_done_ = false;     // what the loop asked for is done
    bool is_tired_ = false;    // the thread has waited for long enough
    bool is_suspended_ = false;
    std::optional<Counters::Counted> suspended_; // for /server-status
};

/// The Python object that stands for an exchange on the loop. It may live longer than the exchange.
struct ExchangeObject : PyObject {
    Exchange *exchange; // null after the exchange has ended
    State *state;

    void check_usable() const;
    py::ref enter();
    std::optional<std::string_view> cancelled() const;
    py::ref write(py::body_data data) { return exchange->write(data.view()); }
    void finish(py::ref result) { exchange->finish(std::move(result)); }
    void fail(py::ref exception) { exchange->fail(std::move(exception)); }
    void drop() noexcept {}

    /// The rows of the method table that all types of exchange have.
    static std::span<PyMethodDef> methods();
};

} // namespace pyhook
