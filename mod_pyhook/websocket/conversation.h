// websocket/conversation.h: an open WebSocket, on whatever thread serves its connection at that moment.
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

/// What a conversation needs of whoever has it.
class Line {
public:
    /// Something was heard, or little is left to be sent, as somebody wanted to know. On the serving thread.
    virtual void told() noexcept = 0;

    /// There is something to do for the serving thread. On any other.
    virtual void call() noexcept = 0;

    /// Bytes that were passed to httpd, and that the client has not taken.
    virtual std::size_t held_back() const noexcept = 0;

protected:
    ~Line() = default;
};

class Conversation {
public:
    using Clock = std::chrono::steady_clock;

    Conversation(request_rec *r, const Limits &limits, Line &line) : r_(r), limits_(limits), line_(line) {}
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    // For the serving thread.

    /// The handshake is over.
    void begin(const std::optional<DeflateTerms> &terms) noexcept;

    /// Says and hears what there is. False at the end of the conversation; what comes to be heard last is a close.
    /// `readable` is false afterwards when the client has sent nothing more.
    bool step(Clock::time_point now, bool &readable) noexcept;

    /// When a step is due, whatever happens.
    Clock::time_point due() const noexcept;

    /// Is what the client sends to be read?
    bool listens() const noexcept { return !is_full(); }

    /// Did the client go without a word, or fail to answer?
    bool was_lost() const noexcept { return lost_; }

    // For any other thread.

    /// What was heard next, if there is something.
    std::optional<Heard> take();

    /// Bytes that are not sent yet, this message included.
    std::size_t say(Opcode opcode, std::string_view message);
    std::size_t unsent() const;

    /// Has the line told once less than `much` is unsent.
    void tell_below(std::size_t much);

    /// Says nothing after this. A second call does nothing.
    void close(std::uint16_t code, std::string_view reason);

private:
    void send_waiting();
    void note_sent();
    void read_available();
    void take_events();
    void answer(const Event &event);
    void tick(Clock::time_point now);
    void end(std::uint16_t code, std::string_view reason);
    void queue_frame(Opcode opcode, std::string_view payload, bool compressed);
    void queue_close(std::uint16_t code, std::string_view reason);
    bool is_full() const noexcept;

    request_rec *r_;
    const Limits limits_;
    Line &line_;
    std::unique_ptr<Deflate> deflate_;
    std::unique_ptr<FrameReader> reader_;
    bool over_ = false;
    bool lost_ = false;
    bool readable_ = true;
    Clock::time_point heard_at_;
    Clock::time_point pinged_at_;
    Clock::time_point closed_at_;
    bool pinged_ = false;

    mutable std::mutex mutex_; // of what follows
    std::deque<Heard> heard_;
    std::string waiting_; // frames to be sent
    std::size_t sending_ = 0;
    std::size_t wanted_ = 0; // the line is told when less is unsent
    bool closing_ = false;   // a close frame was sent, or is about to be
    bool compresses_ = false;
};

} // namespace pyhook::websocket
