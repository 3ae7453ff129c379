#include "apache/suspended.h"

#include "apache/log.h"
#include "apache/mpm.h"
#include "apache/registering.h"
#include "apache/response.h"

#include <apr_portable.h>

#include <algorithm>
#include <span>
#include <string>
#include <sys/socket.h>

namespace apache {

namespace {

/// How long the poller waits for a client to close its end, as httpd does (SECONDS_TO_LINGER).
constexpr std::chrono::seconds lingering{2};

constexpr std::chrono::milliseconds look_again{1};

/// True if the client has closed its end, so nothing follows.
bool has_closed(int socket) noexcept {
    char thrown_away[4096];
    ssize_t size = 0;
    do
        size = recv(socket, thrown_away, sizeof(thrown_away), MSG_DONTWAIT);
    while (size > 0 || (size < 0 && errno == EINTR));
    return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/// Runs the function on a thread of the MPM, or on this thread if the MPM takes no work.
void work(void (*function)(void *) noexcept, void *with) {
    if (ap_mpm_register_timed_callback(0, function, with) != APR_SUCCESS)
        function(with);
}

/// The event MPM accepts no connection when there are as many as its limit, or fewer if threads are busy.
void tell_of_crowd() {
    const int count = Poller::here().connections;
    const ConnectionLimit limit = connection_limit();
    if (count * 5 < limit.connections * 4 || !Poller::here().warns_first())
        return;
    log(APLOG_WARNING, ap_server_conf,
        std::string(reading.near_limit) + ": " + std::to_string(count) +
            " connections of this child are suspended. httpd accepts at most " + std::to_string(limit.connections) +
            " in a child, from ThreadsPerChild " + std::to_string(limit.threads) + " and AsyncRequestWorkerFactor " +
            limit.factor +
            ", and fewer while threads are busy: raise AsyncRequestWorkerFactor, or MaxRequestWorkers for more "
            "children");
}

/// Filters that never wait if the last one does not, and that run no other code.
constexpr const char *connection_filters[] = {
    "core",       "core_in",          "ssl/tls filter", "ssl/tls coalescing filter",
    "reqtimeout", "log_input_output", "logio_ttfb_out"};
constexpr const char *request_filters[] = {"http_header", "byterange", "content_length", "http_outerror",
                                           "chunk",       "deflate",   "pyhook_framing", "http_in"};

bool is_among(const ap_filter_t *f, std::span<const char *const> names) {
    return std::any_of(names.begin(), names.end(),
                       [f](const char *name) { return ap_cstr_casecmp(f->frec->name, name) == 0; });
}

bool are_quick(const ap_filter_t *first) {
    for (const ap_filter_t *f = first; f != nullptr; f = f->next)
        if (!is_among(f, connection_filters) && !is_among(f, request_filters))
            return false;
    return true;
}

/// True for the event MPM. Only it has both suspended connections and callbacks.
bool is_known_to_mpm() noexcept {
    static const bool known = [] {
        int is_async = 0;
        return ap_mpm_query(AP_MPMQ_IS_ASYNC, &is_async) == APR_SUCCESS && is_async != 0 &&
               strcmp(ap_show_mpm(), "event") == 0;
    }();
    return known;
}

} // namespace

bool Suspended::is_possible(const request_rec *r, const ap_filter_t *output_filters) noexcept {
    const conn_rec *c = r->connection;
    return is_known_to_mpm() && Poller::here().runs() && c->master == nullptr && c->cs != nullptr &&
           c->clogging_input_filters == 0 && r->main == nullptr && r->prev == nullptr && are_quick(output_filters) &&
           are_quick(c->input_filters);
}

/// A flush sends what mod_ssl holds back for its next record, before that filter is removed.
void Suspended::suspend() noexcept {
    conn_rec *c = connection();
    c->keepalive = AP_CONN_CLOSE;
    apr_os_sock_get(&socket_, ap_get_conn_socket(c));
    patience_ = std::chrono::microseconds(r_->server->timeout);
    outlet_ = Outlet::insert(r_);
    outlet_->owner = this;
    Brigade brigade(r_);
    brigade.append(apr_bucket_flush_create(c->bucket_alloc));
    brigade.pass(c->output_filters);
    ap_remove_output_filter_byhandle(c->output_filters, "SSL/TLS Coalescing Filter");
    was_aborted_ = c->aborted != 0;
    c->aborted = 0;
}

/// The status in the scoreboard that marks the thread that lets go. The MPM sets another one before the thread serves
/// anything else.
constexpr auto letting_go = SERVER_BUSY_LOG;

/// After the hook, the MPM clears the connection's scoreboard handle, notes in its own record that the connection is
/// suspended, and forgets its socket. Only then the thread's status changes.
bool Suspended::was_let_go() const noexcept {
    if (__atomic_load_n(&c_->sbh, __ATOMIC_ACQUIRE) != nullptr)
        return false;
    return score_ == nullptr || __atomic_load_n(&score_->status, __ATOMIC_ACQUIRE) != letting_go;
}

/// The hook runs on the thread that has served the connection.
void Suspended::let_go(conn_rec *c, request_rec *) noexcept {
    if (c->cs == nullptr || c->cs->state != CONN_STATE_SUSPENDED)
        return;
    const Outlet *outlet = Outlet::of(c);
    if (outlet == nullptr)
        return;
    auto *suspended = static_cast<Suspended *>(outlet->owner);
    auto *const handle = static_cast<ap_sb_handle_t *>(c->sbh);
    suspended->score_ = ap_get_scoreboard_worker(handle);
    ap_update_child_status(handle, letting_go, nullptr);
    suspended->notify(begins);
}

/// TLS ends with the request, whose log still asks about it, and nothing can be sent behind the end of the connection:
/// most requests end so soon that the client finds both.
void Suspended::end_output() noexcept {
    output_ends_ = Clock::now();
    if (ap_ssl_conn_is_ssl(c_) != 0)
        output_ends_ += lingering;
}

void Suspended::shut_output() noexcept {
    if (unsent() != 0 || Clock::now() < output_ends_)
        return;
    output_ends_ = Clock::time_point::max();
    shutdown(socket_, SHUT_WR);
}

/// Does what httpd does with the result of a handler. This thread may wait for the client, so that what is left of the
/// response need not wait in memory.
void Suspended::end_response(void *self) noexcept {
    auto *suspended = static_cast<Suspended *>(self);
    suspended->outlet_->wait_for_client(suspended->patience_);
    ap_die(suspended->conclude(), suspended->r_);
    suspended->outlet_->wait_for_client({});
    suspended->notify(worked);
}

/// Logs the request and ends TLS. Unlike the MPM's own function, it does not change the connection's state, by which
/// the MPM counts.
void Suspended::end_request(void *self) noexcept {
    auto *suspended = static_cast<Suspended *>(self);
    conn_rec *c = suspended->connection();
    apr_bucket_brigade *brigade = apr_brigade_create(c->pool, c->bucket_alloc);
    APR_BRIGADE_INSERT_TAIL(brigade, ap_bucket_eor_create(c->bucket_alloc, suspended->r_));
    ap_pass_brigade(c->output_filters, brigade);
    apr_brigade_cleanup(brigade);
    ap_prep_lingering_close(c);
    if (c->aborted == 0)
        ap_shutdown_conn(c, 1);
    suspended->notify(worked);
}

/// Returns false while the MPM still uses the connection.
bool Suspended::begin(Clock::time_point now) noexcept {
    const bool is_told = (seen_ & begins) != 0;
    if (!is_told || !was_let_go()) {
        until_ = is_told ? now + look_again : Clock::time_point::max();
        return false;
    }
    enter(Life::waits, {});
    ++Poller::here().connections;
    if (!watch(socket_) || was_aborted_)
        connection()->aborted = 1;
    tell_of_crowd();
    return true;
}

bool Suspended::visit(unsigned happened, Clock::time_point now) noexcept {
    seen_ |= happened;
    const bool has_begun = life_ != Life::begins || begin(now);
    return !has_begun || advance(now);
}

void Suspended::enter(Life life, Clock::time_point until) noexcept {
    life_ = life;
    until_ = until;
    seen_ &= ~worked;
}

/// Goes on to the next stage of the connection's life. Returns false at the end.
bool Suspended::advance(Clock::time_point now) noexcept {
    const bool in_other_hands = life_ == Life::concludes || life_ == Life::retires;
    if (in_other_hands && (seen_ & worked) == 0)
        return true;
    outlet_->drain();
    conn_rec *c = connection();
    const bool is_drained = unsent() == 0 || c->aborted != 0 || now >= until_;
    switch (life_) {
    case Life::waits:
        if (go_on(now)) {
            shut_output();
            return true;
        }
        enter(Life::concludes, {});
        work(&end_response, this);
        return true;
    case Life::concludes:
        enter(Life::drains, now + patience_);
        return advance(now);
    case Life::drains:
        if (!is_drained)
            return true;
        if (unsent() != 0)
            c->aborted = 1;
        enter(Life::retires, {});
        work(&end_request, this);
        return true;
    case Life::retires:
        enter(Life::closes, now + lingering);
        return advance(now);
    case Life::closes:
        if (!is_drained)
            return true;
        shutdown(socket_, SHUT_WR);
        enter(Life::lingers, now + lingering);
        return advance(now);
    default:
        return now < until_ && c->aborted == 0 && !has_closed(socket_);
    }
}

Suspended::Clock::time_point Suspended::next_visit() const noexcept {
    switch (life_) {
    case Life::waits:
        return unsent() == 0 ? std::min(due(), output_ends_) : due();
    case Life::concludes:
    case Life::retires:
        return Clock::time_point::max();
    default:
        return until_;
    }
}

void Suspended::forgotten() noexcept {
    conn_rec *c = connection();
    --Poller::here().connections;
    delete this;
    apr_pool_destroy(c->pool);
}

void attach_suspension(const char *code) {
    reading.near_limit = code;
    Outlet::register_filter();
    ap_hook_suspend_connection(&Suspended::let_go, nullptr, nullptr, APR_HOOK_REALLY_LAST);
}

} // namespace apache
