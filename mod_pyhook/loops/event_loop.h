// loops/event_loop.h: the event loop of one interpreter, on its own thread, and the requests that were handed to it.
#pragma once

#include "apache/loop_poller.h"

#include "loops/awaited.h"
#include "loops/blockage.h"
#include "loops/exchange.h"
#include "loops/lag.h"
#include "loops/loop.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <semaphore>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pyhook {

class EventLoop final : public Loop, Custody {
public:
    explicit EventLoop(State &state);
    ~EventLoop();

    void post(Exchange &exchange) noexcept override;
    State &state() const noexcept override { return *state_; }
    apache::Poller &poller() noexcept override { return *poller_; }
    void hold(Exchange &exchange) override { exchange.outer = std::exchange(held_[exchange.connection()], &exchange); }
    void let_go(Exchange &exchange) noexcept override;
    void let_go_on(Exchange &exchange) noexcept override;
    void check_running() const override;
    py::borrowed begin() const noexcept override { return begin_; }
    py::ref make_future() override { return py::call(create_future_); }
    py::ref make_awaited() override { return Awaited::make(*awaited_); }
    void enter(Request &request) const override;

    // The loop's Python code calls the functions below.

    /// Takes the exchanges that were handed over. Returns false when the loop is to stop.
    bool take();

    /// Serves the sockets that tasks converse with, and takes what that brings.
    bool hear();

    /// Cancels the tasks of clients that have gone. Returns true while there are requests whose clients may go.
    bool watch();

    void cancel_all();

    /// Lets the threads of `let_go_on` go on.
    void go_on() noexcept;

    void prepare(py::borrowed loop, py::borrowed begin_task);
    int wake_descriptor() const noexcept { return wake_; }
    int sockets_descriptor() const noexcept { return poller_->descriptor(); }

private:
    friend class Loop;

    enum class Life : char { none, runs, gone };

    static void *main(void *self) noexcept;
    void start();
    void run() noexcept;
    void refuse_until_stopped() noexcept;
    void beat() noexcept;
    void rest() noexcept;
    void cancel_stopping(std::span<Exchange *const> exchanges) const;
    void end_overdue(std::span<Exchange *const> exchanges);
    Exchange *take_all() noexcept;
    void wake_done() noexcept;
    Exchange &exchange_of(const Request &request) const;
    std::vector<Exchange *> all_held() const;

    conn_rec *connection_for(const conn_rec *c) const noexcept override;
    const request_rec *record_on(const conn_rec *c) const noexcept override;
    Request *request() const noexcept override;
    request_rec *record() const noexcept override;
    py::ref read(const Request &request, std::optional<Py_ssize_t> size) override;
    py::ref read_some(const Request &request) override;
    py::ref write(const Request &request, std::string_view data) override;
    bool needs(apr_pool_t *pool) const noexcept override;

    State *state_;
    PyTypeObject *inbox_type_;
    py::ref request_variable_; // a context variable: the request of a task
    py::ref create_future_;
    std::optional<Awaited::Kind> awaited_;
    py::ref begin_;
    py::ref refusal_; // why no loop runs here
    const int wake_;  // an eventfd
    std::atomic<Exchange *> inbox_{nullptr};
    std::mutex starting_; // held detached
    std::atomic<Life> life_{Life::none};
    std::binary_semaphore has_begun_{0}; // the thread runs the loop, or has no thread state
    std::atomic<bool> stopping_{false};
    std::unique_ptr<apache::LoopPoller> poller_;
    bool hears_ = false;                  // `hear` is going to take what is posted
    bool takes_ = false;                  // `take` was called, and `go_on` will be
    Exchange::Clock::time_point taken_;   // when
    Exchange *done_ = nullptr;            // whose threads go on then
    Exchange **done_end_ = &done_;        // where the next one is noted
    Exchange::Clock::time_point watched_; // when `watch` was called last, where there is a PyHookTimeout
    Blockage blockage_;
    Lag lag_;
    std::unordered_map<const conn_rec *, Exchange *> held_; // the innermost exchange of each connection
};

/// The Python object that stands for the loop.
struct Inbox : PyObject {
    EventLoop *loop;

    void check_usable() const noexcept;
    int fileno() { return loop->wake_descriptor(); }
    int sockets() { return loop->sockets_descriptor(); }
    bool take() { return loop->take(); }
    bool hear() { return loop->hear(); }
    void go_on() { loop->go_on(); }
    bool watch() { return loop->watch(); }
    void cancel_all() { loop->cancel_all(); }
    void prepare(py::borrowed asyncio_loop, py::borrowed begin_task) { loop->prepare(asyncio_loop, begin_task); }
    void drop() noexcept {}

    static PyTypeObject *make_type();
};

} // namespace pyhook
