// websocket/conversation.h: an open WebSocket, for the thread that serves its connection at the moment.
#pragma once

#include "apache/httpd.h"

#include "websocket/deflate.h"

#include <chrono>
#include <deque>
#include <mutex>

namespace pyhook::websocket {

/// A message of the client, or the end of the conversation.
struct Heard {
    Event::Kind kind; // text, binary or close
    std::string data; // the message, or the reason
    std::uint16_t code = 0;
};

struct Limits {
    std::size_t message = 16 * 1024 * 1024; // bytes
    std::size_t queue = 32;                 // messages that the application has not taken yet
    std::size_t queue_bytes = 1024 * 1024;  // of these messages: nothing more is read when there are as many
    std::chrono::seconds ping{20};          // from one ping to the next, and how long the client may take to answer it
    std::chrono::seconds close{5};          // how long the client may take to answer a close frame
};

/// The owner of a conversation, which the conversation tells what happens.
class Line {
public:
    /// Something was heard, or so little is left to be sent that `tell_below` applies. Called on the serving thread.
    virtual void told() noexcept = 0;

    /// There is something to do for the serving thread. Called on other threads.
    virtual void call() noexcept = 0;

    /// The number of bytes that httpd has and the client has not taken.
    virtual std::size_t held_back() const noexcept = 0;

    /// True if nobody waits for the client's answer to a close frame.
    virtual bool hurries() const noexcept = 0;

protected:
    ~Line() = default;
};

class Conversation {
public:
    using Clock = std::chrono::steady_clock;

    Conversation(request_rec *r, const Limits &limits, Line &line) : r_(r), limits_(limits), line_(line) {}
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    // Functions for the serving thread.

    /// Begins the conversation after the handshake.
    void begin(const std::optional<DeflateTerms> &terms) noexcept;

    /// Sends and reads what there is. Returns false at the end of the conversation; the last thing to be heard is then
    /// a close. `readable` becomes false when the client has sent nothing more. A step takes a bounded amount of what
    /// the client sends, so that it can't keep the thread; `due` is then at once.
    bool step(Clock::time_point now, bool &readable) noexcept;

    /// The same for a connection that is suspended: finds the end of what a client sends that `has_hung_up`.
    bool step(Clock::time_point now, bool &readable, bool has_hung_up) noexcept;

    /// The time at which `step` must be called even if nothing happens.
    Clock::time_point due() const noexcept;

    /// True if the client's bytes are to be read now.
    bool listens() const noexcept { return !over_ && !is_full(); }

    /// True if the client went without a close frame, or did not answer.
    bool was_lost() const noexcept { return lost_; }

    // Functions for other threads.

    /// The next message that was heard, or nothing.
    std::optional<Heard> take();

    /// Queues a message. Returns the number of unsent bytes, with this message.
    std::size_t say(Opcode opcode, std::string_view message);
    std::size_t unsent() const;

    /// The last thing that is to be heard, if it has come. What was heard before may still be to be taken.
    std::optional<Heard> ending() const;
    bool has_ended() const;

    /// Tells the line, once, when less than `much` is unsent.
    void tell_below(std::size_t much);

    /// Queues a close frame; no message follows it. A second call does nothing.
    void close(std::uint16_t code, std::string_view reason);

private:
    std::string next_to_send();
    void send_waiting();
    void note_sent();
    enum class Came : char { nothing, all, more };

    void read_available();
    Came read_filters();
    Came read_socket();
    bool take_events();
    void answer(const Event &event);
    bool is_late(Clock::time_point now) const noexcept;
    void tick(Clock::time_point now);
    void end(std::uint16_t code, std::string_view reason);
    void queue_frame(Opcode opcode, std::string_view payload, bool compressed);
    void queue_close(std::uint16_t code, std::string_view reason);
    bool is_full() const noexcept;
    bool has_enough() const noexcept;
    std::size_t left() const noexcept;

    request_rec *r_;
    const Limits limits_;
    Line &line_;
    std::unique_ptr<Deflate> deflate_;
    std::unique_ptr<FrameReader> reader_;
    bool over_ = false;
    bool lost_ = false;
    bool readable_ = true;
    bool hung_up_ = false;       // the client sends nothing more; what it has sent may be left to be taken
    std::size_t taken_ = 0;      // in this step: bytes that were read, and those of messages
    bool reads_plainly_ = false; // from the socket
    bool request_ends_ = false;  // the end of the request is still to be read, before the first frame
    Clock::time_point heard_at_;
    Clock::time_point pinged_at_;
    Clock::time_point closed_at_;
    bool pinged_ = false;

    mutable std::mutex mutex_; // guards the members below
    std::deque<Heard> heard_;
    std::size_t heard_bytes_ = 0; // of the messages in it
    std::string waiting_;         // frames to be sent
    std::size_t gone_ = 0;        // how many bytes of it httpd has got
    std::string pong_;            // the frame that answers the last ping, if it has to wait longer
    std::size_t sending_ = 0;
    std::size_t wanted_ = 0; // the line is told when less than this is unsent
    bool closing_ = false;   // a close frame was sent, or is queued
    std::optional<Heard> ending_;
    bool compresses_ = false;
};

} // namespace pyhook::websocket
