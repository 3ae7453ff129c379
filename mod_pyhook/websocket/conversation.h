// websocket/conversation.h: an open WebSocket, on the thread that serves its connection.
#pragma once

#include "apache/httpd.h"

#include "websocket/deflate.h"

#include <chrono>
#include <deque>
#include <mutex>

namespace pyhook::websocket {

/// A message of the client's, or the end.
struct Heard {
    Event::Kind kind; // text, binary or close
    std::string data; // the message, or the reason
    std::uint16_t code = 0;
};

struct Limits {
    std::size_t message = 16 * 1024 * 1024; // bytes
    std::size_t queue = 32;                 // messages that nobody has taken yet
    std::chrono::seconds ping{20};          // between two, and until a pong must have come
    std::chrono::seconds close{5};          // until the client must have answered a close frame
};

class Conversation {
public:
    /// `told` is called, on the serving thread, when something was heard, or all that was said has been sent.
    Conversation(request_rec *r, const Limits &limits, void (*told)(void *), void *whom);
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;
    ~Conversation();

    /// From the handshake to the end of the connection. What comes to be heard last is a close.
    void run(const std::optional<DeflateTerms> &terms) noexcept;

    // For any other thread.

    /// What was heard next, if there is something.
    std::optional<Heard> take();

    /// Bytes that are not sent yet, this message included.
    std::size_t say(Opcode opcode, std::string_view message);
    std::size_t unsent() const;

    /// Says nothing after this. A second call does nothing.
    void close(std::uint16_t code, std::string_view reason);

private:
    using Clock = std::chrono::steady_clock;

    void send_waiting();
    void read_available();
    void take_events();
    void answer(const Event &event);
    void tick(Clock::time_point now);
    void wait(Clock::time_point now) const;
    void wake() const noexcept;
    void end(std::uint16_t code, std::string_view reason);
    void queue_frame(Opcode opcode, std::string_view payload, bool compressed);
    void queue_close(std::uint16_t code, std::string_view reason);
    bool is_full() const;

    request_rec *r_;
    const Limits limits_;
    void (*told_)(void *);
    void *whom_;
    int socket_ = -1;
    const int wake_; // an eventfd
    std::unique_ptr<Deflate> deflate_;
    std::unique_ptr<FrameReader> reader_;
    bool over_ = false;
    Clock::time_point heard_at_;
    Clock::time_point pinged_at_;
    Clock::time_point closed_at_;
    bool pinged_ = false;

    mutable std::mutex mutex_; // of what follows
    std::deque<Heard> heard_;
    std::string waiting_; // frames to be sent
    std::size_t sending_ = 0;
    bool closing_ = false; // a close frame was sent, or is about to be
    bool compresses_ = false;
};

} // namespace pyhook::websocket
