#include "apache/outlet.h"

#include "apache/pool.h"
#include "apache/registering.h"

#include <apr_portable.h>

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace apache {

namespace {

/// The outlet stands directly before httpd's own filter.
constexpr auto last = static_cast<ap_filter_type>(AP_FTYPE_NETWORK - 1);

/// If more than this has been sent, it is not kept in memory with the rest.
constexpr std::size_t much_sent = 64 * 1024;

/// If more than this is unsent, a thread that may wait does.
constexpr std::size_t much_unsent = 64 * 1024;

/// Tells mod_logio what was sent (%O), which it otherwise learns from httpd's own filter.
void count(conn_rec *c, std::size_t sent) {
    if (auto *const add = APR_RETRIEVE_OPTIONAL_FN(ap_logio_add_bytes_out))
        add(c, static_cast<apr_off_t>(sent));
}

/// Makes a request's filters lead to `added`, which stands before `next` in the connection's filters.
void lead(ap_filter_t *&first, ap_filter_t *next, ap_filter_t *added) {
    ap_filter_t **at = &first;
    while (*at != nullptr && *at != next && *at != added)
        at = &(*at)->next;
    if (*at == next)
        *at = added;
}

} // namespace

void Outlet::register_filter() { reading.outlet = ap_register_output_filter("PYHOOK_OUTLET", &filter, nullptr, last); }

Outlet::Outlet(conn_rec *c) noexcept : c_(c) { apr_os_sock_get(&socket_, ap_get_conn_socket(c)); }

Outlet *Outlet::insert(request_rec *r) {
    conn_rec *c = r->connection;
    auto *outlet = make<Outlet>(c->pool, c);
    ap_filter_t *added = ap_add_output_filter_handle(reading.outlet, outlet, nullptr, c);
    lead(r->output_filters, added->next, added);
    lead(r->proto_output_filters, added->next, added);
    return outlet;
}

Outlet *Outlet::of(const conn_rec *c) noexcept {
    for (const ap_filter_t *f = c->output_filters; f != nullptr; f = f->next)
        if (f->frec == reading.outlet)
            return static_cast<Outlet *>(f->ctx);
    return nullptr;
}

apr_status_t Outlet::filter(ap_filter_t *f, apr_bucket_brigade *brigade) noexcept {
    auto &outlet = *static_cast<Outlet *>(f->ctx);
    apr_status_t status = APR_ENOMEM;
    try {
        status = outlet.take(brigade);
    } catch (const std::bad_alloc &) {
        outlet.c_->aborted = 1;
    }
    apr_brigade_cleanup(brigade); // the end of a request logs the request
    return status;
}

apr_status_t Outlet::take(apr_bucket_brigade *brigade) {
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket)) {
        if (c_->aborted != 0)
            return APR_ECONNABORTED;
        if (APR_BUCKET_IS_METADATA(bucket))
            continue;
        const char *data = nullptr;
        apr_size_t size = 0;
        const apr_status_t status = apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ);
        if (status != APR_SUCCESS)
            return status;
        take({data, size});
    }
    return c_->aborted != 0 ? APR_ECONNABORTED : APR_SUCCESS;
}

void Outlet::take(std::string_view data) {
    wait();
    if (unsent() == 0)
        data.remove_prefix(send(data));
    if (at_ > much_sent) {
        unsent_.erase(0, at_);
        at_ = 0;
    }
    unsent_.append(data);
}

void Outlet::wait() noexcept {
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(patience_).count();
    while (timeout > 0 && unsent() >= much_unsent && c_->aborted == 0) {
        pollfd client{.fd = socket_, .events = POLLOUT, .revents = 0};
        if (poll(&client, 1, static_cast<int>(timeout)) == 0)
            c_->aborted = 1;
        drain();
    }
}

void Outlet::drain() noexcept {
    if (unsent() > 0)
        at_ += send(std::string_view(unsent_).substr(at_));
    if (c_->aborted != 0 || unsent() == 0) {
        std::string().swap(unsent_);
        at_ = 0;
    }
}

std::size_t Outlet::send(std::string_view data) noexcept {
    std::size_t sent = 0;
    while (sent < data.size() && c_->aborted == 0) {
        const ssize_t size = ::send(socket_, data.data() + sent, data.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            c_->aborted = 1;
        else
            sent += static_cast<std::size_t>(size);
    }
    if (sent > 0)
        count(c_, sent);
    return sent;
}

} // namespace apache
