// apache/suspended.h: a connection that no thread of the MPM serves, from the middle of a request to the end of both.
#pragma once

#include "apache/outlet.h"

#include <atomic>
#include <chrono>

namespace apache {

class Poller;

/// httpd 2.4 takes no suspended connection back (event MPM): whoever has suspended it ends it. One thread of the child,
/// the poller, waits for all of them; it may wait for nothing else. What may take its time runs on a thread of the
/// MPM. At every moment one of them works for a connection.
class Suspended {
public:
    using Clock = std::chrono::steady_clock;

    explicit Suspended(request_rec *r) noexcept : r_(r), c_(r->connection) {}
    Suspended(const Suspended &) = delete;
    Suspended &operator=(const Suspended &) = delete;
    virtual ~Suspended() = default;

    /// May this request's connection be suspended, when these are the filters that are left? Not where the MPM or
    /// HTTP/2 gives no way, nor where a filter might wait, nor in a sub-request or behind an internal redirect, whose
    /// caller goes on when the handler returns.
    static bool is_possible(const request_rec *r, const ap_filter_t *output_filters) noexcept;

    request_rec *record() const noexcept { return r_; }
    conn_rec *connection() const noexcept { return c_; }

protected:
    /// On the thread that serves the connection: the handler returns SUSPENDED next, and nobody but the poller deletes
    /// this from then on. httpd's own filter may hold nothing back.
    void suspend() noexcept;

    /// Has `go_on` run soon. From any thread.
    void wake() noexcept { notify(woken); }

    // On the poller's thread.

    /// What there is to do; false when nothing follows but the end of the request. It runs when woken, when the client
    /// has sent something or takes more, and when it is due.
    virtual bool go_on(Clock::time_point now) noexcept = 0;
    virtual Clock::time_point due() const noexcept { return Clock::time_point::max(); }

    /// Has the client sent something that was not read? To be cleared by whoever finds nothing more.
    bool is_readable = true;

    /// Has it closed its end, or gone? Nothing shows this again: read until that is found.
    bool has_hung_up = false;

    /// Bytes that the client has not taken yet.
    std::size_t unsent() const noexcept { return outlet_ == nullptr ? 0 : outlet_->unsent(); }

    // On a thread of the MPM.

    /// Ends the response. Gives httpd's status.
    virtual int conclude() noexcept = 0;

private:
    friend Poller;

    enum class Life : char { begins, waits, concludes, drains, retires, closes, lingers };

    // What has happened, for the poller to find.
    static constexpr unsigned woken = 1;
    static constexpr unsigned begins = 2; // the MPM lets go
    static constexpr unsigned worked = 4; // a thread of the MPM is done
    static constexpr unsigned queued = 8; // it lies in the poller's list

    static void let_go(conn_rec *c, request_rec *) noexcept;
    friend void attach_suspension();

    bool was_let_go() const noexcept;
    void notify(unsigned what) noexcept;
    static void end_response(void *self) noexcept;
    static void end_request(void *self) noexcept;

    request_rec *r_; // ends before the connection
    conn_rec *c_;
    Outlet *outlet_ = nullptr;
    int socket_ = -1;
    worker_score *score_ = nullptr; // of the thread of the MPM that lets go
    bool was_aborted_ = false;      // before it was suspended: the MPM would end such a connection itself
    std::atomic<unsigned> happened_{0};
    Suspended *next_ = nullptr; // in the poller's list
    unsigned seen_ = 0;
    Life life_ = Life::begins;
    Clock::time_point until_;     // of this stage of its life
    Clock::time_point scheduled_; // for which the poller has noted it
    Clock::duration patience_{};  // with a client that takes nothing
};

/// The hook and the filter. While the configuration is read.
void attach_suspension();

} // namespace apache
