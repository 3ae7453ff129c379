// apache/suspended.h: a connection that no MPM thread serves, from the middle of a request to the end of both.
#pragma once

#include "apache/outlet.h"
#include "apache/poller.h"

#include <chrono>

namespace apache {

/// httpd 2.4 (event MPM) does not take a suspended connection back, so the code that has suspended it must end it. One
/// thread of the child, the poller, waits for all suspended connections, and waits for nothing else. Work that may take
/// long runs on an MPM thread. At every moment only one of these threads works for a connection.
class Suspended : Poller::Waiting {
public:
    using Clock = Poller::Clock;

    explicit Suspended(request_rec *r) noexcept : r_(r), c_(r->connection) {}

    /// True if this request's connection may be suspended with these output filters. It may not if the MPM can't do it,
    /// under HTTP/2, or if a filter might wait. It may not in a sub-request either, or behind an internal redirect,
    /// because their caller goes on when the handler returns.
    static bool is_possible(const request_rec *r, const ap_filter_t *output_filters) noexcept;

    request_rec *record() const noexcept { return r_; }
    conn_rec *connection() const noexcept { return c_; }

protected:
    /// Called on the thread that serves the connection. The handler then returns SUSPENDED, and from then on only the
    /// poller deletes this. httpd's own filter may hold nothing back.
    void suspend() noexcept;

    /// Makes `go_on` run soon. Any thread may call it.
    void wake() noexcept { notify(woken); }

    /// The same, but if this thread serves the connection as that of a `LoopPoller`, `go_on` runs at once.
    void wake_now() noexcept { notify_now(woken); }

    // Functions for the poller's thread.

    /// Does what there is to do. Returns false if only the end of the request follows. It runs after `wake`, when the
    /// client has sent something or takes more, and at `due`.
    virtual bool go_on(Clock::time_point now) noexcept = 0;
    virtual Clock::time_point due() const noexcept { return Clock::time_point::max(); }

    /// The poller that is to serve the connection before the end of the request.
    virtual Poller &poller() noexcept { return Poller::here(); }

    using Waiting::has_hung_up;
    using Waiting::is_readable;

    /// Nothing more is sent, though the request goes on: the client finds the end of the connection behind what there
    /// is for it.
    void end_output() noexcept;

    /// Bytes that the client has not taken yet.
    std::size_t unsent() const noexcept { return outlet_ == nullptr ? 0 : outlet_->unsent(); }

    // Functions for a thread of the MPM.

    /// Ends the response. Returns httpd's status.
    virtual int conclude() noexcept = 0;

private:
    enum class Life : char { begins, waits, concludes, drains, retires, closes, lingers };

    // Events for the poller.
    static constexpr unsigned woken = first_event;
    static constexpr unsigned begins = woken << 1;  // the MPM lets go
    static constexpr unsigned worked = begins << 1; // a thread of the MPM is done

    static void let_go(conn_rec *c, request_rec *) noexcept;
    friend void attach_suspension(const char *code);

    bool visit(unsigned happened, Clock::time_point now) noexcept final;
    Clock::time_point next_visit() const noexcept final;
    Poller &wanted_poller() noexcept final { return life_ == Life::waits ? poller() : Poller::here(); }
    void forgotten() noexcept final;
    bool was_let_go() const noexcept;
    bool begin(Clock::time_point now) noexcept;
    void enter(Life life, Clock::time_point until) noexcept;
    bool advance(Clock::time_point now) noexcept;
    void shut_output() noexcept;
    static void end_response(void *self) noexcept;
    static void end_request(void *self) noexcept;

    request_rec *r_; // ends before the connection
    conn_rec *c_;
    Outlet *outlet_ = nullptr;
    int socket_ = -1;
    worker_score *score_ = nullptr; // of the MPM thread that lets go
    bool was_aborted_ = false;      // before it was suspended; the MPM would end an aborted connection itself
    unsigned seen_ = 0;             // the events that have come; of `worked`, those of this stage of its life
    Clock::time_point output_ends_ = Clock::time_point::max(); // though the request goes on
    Life life_ = Life::begins;
    Clock::time_point until_;              // the end of this stage of its life
    std::chrono::microseconds patience_{}; // how long a client may take nothing
};

/// Registers the hook and the filter. Called while httpd reads the configuration. `code` is the error code of the entry
/// that tells of too many suspended connections.
void attach_suspension(const char *code);

} // namespace apache
