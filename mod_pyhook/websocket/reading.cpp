#include "apache/client.h"
#include "apache/response.h"

#include "websocket/conversation.h"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace pyhook::websocket {

namespace {

constexpr apr_off_t read_at_once = 64 * 1024;

/// True if no filter does anything with the bytes, or keeps them, once httpd's own has given what came with the
/// request.
bool reads_plainly(const conn_rec *c) {
    for (const ap_filter_t *f = c->input_filters; f != nullptr; f = f->next)
        if (strcmp(f->frec->name, "core_in") != 0 && strcmp(f->frec->name, "log_input_output") != 0)
            return false;
    return c->master == nullptr;
}

} // namespace

/// If the turn ends before all was read, or no more can be queued, `readable_` stays true.
void Conversation::read_available() {
    for (Came came = Came::more; take_events();) {
        if (came != Came::more) {
            readable_ = false;
            return;
        }
        const std::size_t before = taken_;
        came = reads_plainly_ ? read_socket() : read_filters();
        if (taken_ > before) {
            heard_at_ = Clock::now();
            pinged_ = false;
        }
    }
}

/// Reads again until nothing comes, because TLS may hold bytes that the socket does not show.
Conversation::Came Conversation::read_filters() {
    conn_rec *c = r_->connection;
    apache::Brigade brigade(r_);
    const apr_status_t status =
        ap_get_brigade(c->input_filters, brigade.get(), AP_MODE_READBYTES, APR_NONBLOCK_READ, read_at_once);
    if (APR_STATUS_IS_EAGAIN(status) || (status == APR_SUCCESS && APR_BRIGADE_EMPTY(brigade.get()))) {
        reads_plainly_ = reads_plainly(c);
        return Came::nothing;
    }
    bool ended = status != APR_SUCCESS;
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade.get()); !ended && bucket != APR_BRIGADE_SENTINEL(brigade.get());
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *data = nullptr;
        apr_size_t size = 0;
        if (APR_BUCKET_IS_EOS(bucket) && std::exchange(request_ends_, false))
            continue;
        ended = APR_BUCKET_IS_EOS(bucket) || apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ) != APR_SUCCESS;
        if (!ended && size > 0)
            reader_->feed({data, size});
        taken_ += size;
    }
    hung_up_ = hung_up_ || ended;
    return Came::more;
}

/// httpd's filter would ask the socket twice. The end comes as a change of the socket.
Conversation::Came Conversation::read_socket() {
    char bytes[16 * 1024];
    ssize_t size = 0;
    do
        size = recv(apache::socket_of(r_->connection), bytes, sizeof(bytes), MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return Came::nothing;
    if (size <= 0) {
        hung_up_ = true;
        return Came::more;
    }
    const auto count = static_cast<std::size_t>(size);
    if (auto *const add = APR_RETRIEVE_OPTIONAL_FN(ap_logio_add_bytes_in))
        add(r_->connection, static_cast<apr_off_t>(size));
    reader_->feed({bytes, count});
    taken_ += count;
    return count < sizeof(bytes) ? Came::all : Came::more;
}

} // namespace pyhook::websocket
