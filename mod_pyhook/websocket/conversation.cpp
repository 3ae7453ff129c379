#include "websocket/conversation.h"

#include "apache/response.h"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace pyhook::websocket {

namespace {

/// Shorter messages are not worth compressing.
constexpr std::size_t least_compressed = 128;

constexpr apr_off_t read_at_once = 64 * 1024;

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == static_cast<std::uint16_t>(Close::no_code))
        return payload;
    payload.push_back(static_cast<char>(code >> 8));
    payload.push_back(static_cast<char>(code & 0xff));
    payload.append(reason.substr(0, 123));
    return payload;
}

/// Where the client's bytes come from; of a stream of HTTP/2 a pipe tells of them.
int descriptor_of(request_rec *r) {
    apr_os_sock_t descriptor = -1;
    if (r->connection->master == nullptr) {
        apr_os_sock_get(&descriptor, ap_get_conn_socket(r->connection));
        return descriptor;
    }
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 129)
    apr_pollfd_t pollfd{};
    if (ap_get_pollfd_from_conn(r->connection, &pollfd, nullptr) == APR_SUCCESS) {
        if (pollfd.desc_type == APR_POLL_SOCKET)
            apr_os_sock_get(&descriptor, pollfd.desc.s);
        else if (pollfd.desc_type == APR_POLL_FILE)
            apr_os_file_get(&descriptor, pollfd.desc.f);
    }
#endif
    return descriptor;
}

} // namespace

Conversation::Conversation(request_rec *r, const Limits &limits, void (*told)(void *), void *whom)
    : r_(r), limits_(limits), told_(told), whom_(whom), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Conversation::~Conversation() {
    if (wake_ >= 0)
        ::close(wake_);
}

void Conversation::run(const std::optional<DeflateTerms> &terms) noexcept {
    socket_ = descriptor_of(r_);
    heard_at_ = Clock::now();
    ap_remove_input_filter_byhandle(r_->connection->input_filters, "reqtimeout");
    try {
        if (terms)
            deflate_ = std::make_unique<Deflate>(*terms);
        {
            const std::lock_guard lock(mutex_);
            compresses_ = deflate_ != nullptr;
        }
        reader_ = std::make_unique<FrameReader>(limits_.message, deflate_.get());
        while (!over_) {
            send_waiting();
            if (!over_ && !is_full())
                read_available();
            const auto now = Clock::now();
            if (!over_)
                tick(now);
            if (!over_)
                wait(now);
        }
        send_waiting();
    } catch (const std::exception &) {
        end(static_cast<std::uint16_t>(Close::lost), "");
    }
}

bool Conversation::is_full() const {
    const std::lock_guard lock(mutex_);
    return heard_.size() >= limits_.queue;
}

/// Blocks while the client is slow: the thread is this connection's alone.
void Conversation::send_waiting() {
    std::string sent;
    {
        const std::lock_guard lock(mutex_);
        sent.swap(waiting_);
        sending_ = sent.size();
    }
    if (sent.empty())
        return;
    apr_bucket_alloc_t *alloc = r_->connection->bucket_alloc;
    apache::Brigade brigade(r_);
    brigade.append(apr_bucket_transient_create(sent.data(), sent.size(), alloc));
    brigade.append(apr_bucket_flush_create(alloc));
    const apr_status_t status = brigade.pass(r_->connection->output_filters);
    {
        const std::lock_guard lock(mutex_);
        sending_ = 0;
    }
    if (status != APR_SUCCESS || r_->connection->aborted != 0)
        end(static_cast<std::uint16_t>(Close::lost), "");
    told_(whom_);
}

/// Until nothing more has come: TLS may hold bytes that the socket does not show.
void Conversation::read_available() {
    while (!over_ && !is_full()) {
        apache::Brigade brigade(r_);
        const apr_status_t status = ap_get_brigade(r_->connection->input_filters, brigade.get(), AP_MODE_READBYTES,
                                                   APR_NONBLOCK_READ, read_at_once);
        if (APR_STATUS_IS_EAGAIN(status) || (status == APR_SUCCESS && APR_BRIGADE_EMPTY(brigade.get())))
            return;
        bool ended = status != APR_SUCCESS;
        bool any = false;
        for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade.get());
             !ended && bucket != APR_BRIGADE_SENTINEL(brigade.get()); bucket = APR_BUCKET_NEXT(bucket)) {
            const char *data = nullptr;
            apr_size_t size = 0;
            ended = APR_BUCKET_IS_EOS(bucket) || apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ) != APR_SUCCESS;
            if (!ended && size > 0)
                reader_->feed({data, size});
            any = any || size > 0;
        }
        if (any) {
            heard_at_ = Clock::now();
            pinged_ = false;
            take_events();
        }
        if (ended && !over_)
            end(static_cast<std::uint16_t>(Close::lost), "");
    }
}

void Conversation::take_events() {
    for (Event event = reader_->next(); event.kind != Event::Kind::none && !over_; event = reader_->next())
        answer(event);
}

void Conversation::answer(const Event &event) {
    switch (event.kind) {
    case Event::Kind::text:
    case Event::Kind::binary: {
        {
            const std::lock_guard lock(mutex_);
            if (closing_)
                return;
            heard_.push_back({.kind = event.kind, .data = std::string(event.data)});
        }
        return told_(whom_);
    }
    case Event::Kind::ping: {
        const std::lock_guard lock(mutex_);
        if (!closing_)
            queue_frame(Opcode::pong, event.data, false);
        return;
    }
    case Event::Kind::close:
    case Event::Kind::error: {
        const bool failed = event.kind == Event::Kind::error;
        const std::string reason = failed ? event.reason : std::string(event.data);
        queue_close(event.code, failed ? reason : std::string_view());
        return end(event.code, reason);
    }
    default:
        return;
    }
}

void Conversation::end(std::uint16_t code, std::string_view reason) {
    over_ = true;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        heard_.push_back({.kind = Event::Kind::close, .data = std::string(reason), .code = code});
    }
    told_(whom_);
}

/// Asks a silent client whether it is still there, and gives up one that does not answer.
void Conversation::tick(Clock::time_point now) {
    bool closing = false;
    {
        const std::lock_guard lock(mutex_);
        closing = closing_;
    }
    if (closing && closed_at_ == Clock::time_point())
        closed_at_ = now;
    if (closing ? now - closed_at_ >= limits_.close : pinged_ && now - pinged_at_ >= limits_.ping)
        return end(static_cast<std::uint16_t>(Close::lost), "");
    if (!closing && !pinged_ && now - heard_at_ >= limits_.ping) {
        pinged_ = true;
        pinged_at_ = now;
        const std::lock_guard lock(mutex_);
        queue_frame(Opcode::ping, "", false);
    }
}

void Conversation::wait(Clock::time_point now) const {
    bool sends = false;
    bool full = false;
    {
        const std::lock_guard lock(mutex_);
        sends = !waiting_.empty();
        full = heard_.size() >= limits_.queue;
    }
    if (sends)
        return;
    const auto due = closed_at_ != Clock::time_point() ? closed_at_ + limits_.close
                     : pinged_                         ? pinged_at_ + limits_.ping
                                                       : heard_at_ + limits_.ping;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due - now).count();
    pollfd polled[] = {{.fd = wake_, .events = POLLIN, .revents = 0},
                       {.fd = full ? -1 : socket_, .events = POLLIN, .revents = 0}};
    poll(polled, 2, static_cast<int>(std::clamp<long long>(left + 1, 1, 60'000)));
    eventfd_t count = 0;
    eventfd_read(wake_, &count);
}

void Conversation::wake() const noexcept { eventfd_write(wake_, 1); }

/// Under the lock.
void Conversation::queue_frame(Opcode opcode, std::string_view payload, bool compressed) {
    waiting_ += frame_head(opcode, payload.size(), true, compressed);
    waiting_ += payload;
}

void Conversation::queue_close(std::uint16_t code, std::string_view reason) {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(closing_, true))
        queue_frame(Opcode::close, close_payload(code, reason), false);
}

std::optional<Heard> Conversation::take() {
    std::optional<Heard> taken;
    bool was_full = false;
    {
        const std::lock_guard lock(mutex_);
        if (heard_.empty())
            return taken;
        was_full = heard_.size() >= limits_.queue;
        taken = std::move(heard_.front());
        heard_.pop_front();
    }
    if (was_full)
        wake();
    return taken;
}

std::size_t Conversation::say(Opcode opcode, std::string_view message) {
    std::size_t unsent = 0;
    {
        const std::lock_guard lock(mutex_);
        if (closing_)
            return 0;
        if (compresses_ && message.size() >= least_compressed)
            queue_frame(opcode, deflate_->deflate(message), true);
        else
            queue_frame(opcode, message, false);
        unsent = waiting_.size() + sending_;
    }
    wake();
    return unsent;
}

std::size_t Conversation::unsent() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size() + sending_;
}

void Conversation::close(std::uint16_t code, std::string_view reason) {
    queue_close(code, reason);
    wake();
}

} // namespace pyhook::websocket
