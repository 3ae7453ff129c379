#include "websocket/conversation.h"

#include "apache/response.h"
#include "apache/utf8.h"

#include <algorithm>
#include <utility>

namespace pyhook::websocket {

namespace {

/// Shorter messages are not worth compressing.
constexpr std::size_t least_compressed = 128;

/// Compressing longer ones would keep the thread, which others need, for too long (RFC 7692, 6.1: none need be).
constexpr std::size_t most_compressed = 256 * 1024;

/// When this many bytes were read and inflated, other connections get their turn. As many are sent at once.
constexpr std::size_t turn = 256 * 1024;

/// What the shortest frame counts of a turn, in bytes.
constexpr std::size_t price = 1024;

/// While more than this is unsent, only the last ping is answered (RFC 6455, 5.5.3).
constexpr std::size_t most_pongs = 64 * 1024;

constexpr std::size_t longest_reason = 123; // RFC 6455, 5.5

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == static_cast<std::uint16_t>(Close::no_code))
        return payload;
    payload.push_back(static_cast<char>(code >> 8));
    payload.push_back(static_cast<char>(code & 0xff));
    payload.append(reason.substr(0, apache::between_characters(reason, std::min(reason.size(), longest_reason))));
    return payload;
}

} // namespace

void Conversation::begin(const std::optional<DeflateTerms> &terms) noexcept {
    heard_at_ = Clock::now();
    request_ends_ = r_->connection->master != nullptr; // mod_http2 ends the request in a stream that goes on
    ap_remove_input_filter_byhandle(r_->connection->input_filters, "reqtimeout");
    try {
        if (terms)
            deflate_ = std::make_unique<Deflate>(*terms);
        {
            const std::lock_guard lock(mutex_);
            compresses_ = deflate_ != nullptr;
        }
        reader_ = std::make_unique<FrameReader>(limits_.message, deflate_.get());
    } catch (const std::exception &) {
        end(static_cast<std::uint16_t>(Close::lost), "");
    }
}

bool Conversation::step(Clock::time_point now, bool &readable) noexcept {
    try {
        note_sent();
        send_waiting();
        readable_ = readable || is_late(now);
        taken_ = 0;
        if (readable_)
            read_available();
        readable = readable_;
        if (!over_)
            tick(now);
        send_waiting();
    } catch (const std::exception &) {
        end(static_cast<std::uint16_t>(Close::lost), "");
    }
    return !over_;
}

/// When asked for the first time, httpd's filter gives the same answer for a client that has closed its end and for one
/// that sends nothing.
bool Conversation::step(Clock::time_point now, bool &readable, bool has_hung_up) noexcept {
    bool goes_on = step(now, readable);
    for (int again = 0; goes_on && has_hung_up && !readable && again < 3; ++again) {
        readable = true;
        goes_on = step(now, readable);
    }
    return goes_on;
}

bool Conversation::is_full() const noexcept {
    const std::lock_guard lock(mutex_);
    return has_enough();
}

/// The caller holds the lock.
bool Conversation::has_enough() const noexcept {
    return heard_.size() >= limits_.queue || heard_bytes_ >= limits_.queue_bytes;
}

/// How many bytes the client has not got. The caller holds the lock.
std::size_t Conversation::left() const noexcept { return waiting_.size() - gone_ + sending_; }

/// Notes that httpd may hold back less now.
void Conversation::note_sent() {
    bool is_wanted = false;
    {
        const std::lock_guard lock(mutex_);
        sending_ = sending_ == 0 ? 0 : line_.held_back();
        is_wanted = left() < wanted_;
        wanted_ = is_wanted ? 0 : wanted_;
    }
    if (is_wanted)
        line_.told();
}

/// The caller holds the lock.
std::string Conversation::next_to_send() {
    if (gone_ == 0 && waiting_.size() <= turn)
        return std::exchange(waiting_, {});
    std::string next = waiting_.substr(gone_, over_ ? std::string::npos : turn);
    gone_ += next.size();
    if (gone_ == waiting_.size()) {
        std::string().swap(waiting_);
        gone_ = 0;
    }
    return next;
}

/// A thread that serves only this WebSocket blocks here while the client is slow. Where the connection is suspended,
/// the frames wait here until httpd has sent the previous ones; only at the end are all of them sent at once. TLS works
/// for all that it is given before it returns.
void Conversation::send_waiting() {
    std::string sent;
    {
        const std::lock_guard lock(mutex_);
        if (sending_ != 0 && !over_)
            return;
        waiting_ += std::exchange(pong_, {});
        sent = next_to_send();
        sending_ += sent.size();
    }
    if (sent.empty())
        return;
    apr_bucket_alloc_t *alloc = r_->connection->bucket_alloc;
    apache::Brigade brigade(r_);
    brigade.append(apr_bucket_transient_create(sent.data(), sent.size(), alloc));
    brigade.append(apr_bucket_flush_create(alloc));
    const apr_status_t status = brigade.pass(r_->connection->output_filters);
    if (!over_ && (status != APR_SUCCESS || r_->connection->aborted != 0))
        end(static_cast<std::uint16_t>(Close::lost), "");
    note_sent();
}

/// Takes what the reader has. Returns true if more can be read in this turn.
bool Conversation::take_events() {
    for (;;) {
        if (over_ || is_full())
            return false;
        const Event event = reader_->next();
        if (event.kind == Event::Kind::none)
            break;
        taken_ += event.data.size() + (event.kind == Event::Kind::part ? 0 : price);
        answer(event);
        if (taken_ >= turn)
            return false;
    }
    if (hung_up_)
        end(static_cast<std::uint16_t>(Close::lost), "");
    return !over_ && taken_ < turn;
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
            heard_bytes_ += event.data.size();
        }
        return line_.told();
    }
    case Event::Kind::ping: {
        const std::lock_guard lock(mutex_);
        pong_.clear();
        if (!closing_ && left() < most_pongs)
            queue_frame(Opcode::pong, event.data, false);
        else if (!closing_)
            pong_.append(frame_head(Opcode::pong, event.data.size())).append(event.data);
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
    lost_ = code == static_cast<std::uint16_t>(Close::lost);
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        ending_ = {.kind = Event::Kind::close, .data = std::string(reason), .code = code};
        heard_.push_back(*ending_);
    }
    line_.told();
}

/// True if the client is to be given up. Its answer may be there, if the thread was busy with something else.
bool Conversation::is_late(Clock::time_point now) const noexcept {
    return closed_at_ == Clock::time_point() ? pinged_ && now - pinged_at_ >= limits_.ping
                                             : now - closed_at_ >= limits_.close;
}

/// Sends a ping to a client that is silent, and gives up one that does not answer.
void Conversation::tick(Clock::time_point now) {
    bool closing = false;
    bool is_heard = true; // the application leaves its messages lying, so that an answer to a ping is not read
    {
        const std::lock_guard lock(mutex_);
        closing = closing_;
        is_heard = !has_enough() || left() > 0;
    }
    if (!is_heard) {
        heard_at_ = now;
        pinged_ = false;
    }
    if (closing && closed_at_ == Clock::time_point())
        closed_at_ = now;
    if (is_late(now) || (closing && line_.hurries()))
        return end(static_cast<std::uint16_t>(Close::lost), "");
    if (!closing && !pinged_ && now - heard_at_ >= limits_.ping) {
        pinged_ = true;
        pinged_at_ = now;
        const std::lock_guard lock(mutex_);
        queue_frame(Opcode::ping, "", false);
    }
}

Conversation::Clock::time_point Conversation::due() const noexcept {
    if (over_)
        return Clock::time_point::max();
    if (readable_ && listens())
        return Clock::now();
    bool closing = false;
    {
        const std::lock_guard lock(mutex_);
        if (gone_ != 0 && sending_ == 0)
            return Clock::now();
        closing = closing_;
    }
    return closing && closed_at_ == Clock::time_point() ? Clock::time_point()
           : closing                                    ? closed_at_ + limits_.close
           : pinged_                                    ? pinged_at_ + limits_.ping
                                                        : heard_at_ + limits_.ping;
}

/// The caller holds the lock.
void Conversation::queue_frame(Opcode opcode, std::string_view payload, bool compressed) {
    waiting_ += frame_head(opcode, payload.size(), true, compressed);
    waiting_ += payload;
}

void Conversation::queue_close(std::uint16_t code, std::string_view reason) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closing_, true))
        return;
    waiting_ += std::exchange(pong_, {});
    queue_frame(Opcode::close, close_payload(code, reason), false);
}

std::optional<Heard> Conversation::take() {
    std::optional<Heard> taken;
    bool reads_again = false;
    {
        const std::lock_guard lock(mutex_);
        if (heard_.empty())
            return taken;
        const bool had_enough = has_enough();
        taken = std::move(heard_.front());
        heard_.pop_front();
        if (taken->kind != Event::Kind::close)
            heard_bytes_ -= taken->data.size();
        reads_again = had_enough && !has_enough();
    }
    if (reads_again)
        line_.call();
    return taken;
}

std::size_t Conversation::say(Opcode opcode, std::string_view message) {
    std::size_t unsent = 0;
    {
        const std::lock_guard lock(mutex_);
        if (closing_)
            return 0;
        if (compresses_ && message.size() >= least_compressed && message.size() <= most_compressed)
            queue_frame(opcode, deflate_->deflate(message), true);
        else
            queue_frame(opcode, message, false);
        unsent = left();
    }
    line_.call();
    return unsent;
}

/// Zero after the end, so that the application does not wait for a client that has gone.
std::size_t Conversation::unsent() const {
    const std::lock_guard lock(mutex_);
    return ending_ ? 0 : left();
}

std::optional<Heard> Conversation::ending() const {
    const std::lock_guard lock(mutex_);
    return ending_;
}

bool Conversation::has_ended() const {
    const std::lock_guard lock(mutex_);
    return ending_.has_value();
}

void Conversation::tell_below(std::size_t much) {
    const std::lock_guard lock(mutex_);
    wanted_ = much;
}

void Conversation::close(std::uint16_t code, std::string_view reason) {
    queue_close(code, reason);
    line_.call();
}

} // namespace pyhook::websocket
