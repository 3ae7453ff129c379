#include "apache/suspended.h"

#include "apache/poller.h"
#include "apache/response.h"

#include <apr_portable.h>

#include <algorithm>
#include <span>

namespace apache {

namespace {

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

void Suspended::notify(unsigned what) noexcept {
    if ((happened_.fetch_or(what | queued) & queued) == 0)
        Poller::here().wake(*this);
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

void attach_suspension(const char *code) {
    Poller::here().set_code(code);
    Outlet::register_filter();
    ap_hook_suspend_connection(&Suspended::let_go, nullptr, nullptr, APR_HOOK_REALLY_LAST);
}

} // namespace apache
