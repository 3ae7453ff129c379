// asgi/websocket.h: a WebSocket that an ASGI application or a handler serves, from the handshake to the end.
#pragma once

#include "asgi/exchange.h"
#include "types/ending.h"
#include "websocket/conversation.h"
#include "websocket/thread.h"

#include <vector>

namespace pyhook::asgi {

/// Before it is accepted, this is a request like any other, and may get an ordinary response. Afterwards the poller
/// converses with the client, or the waiting thread if the connection can't be suspended. The loop takes the messages
/// that came in and adds those that the application sends.
class WebSocketExchange final : public HTTPExchange, websocket::Line {
public:
    WebSocketExchange(Loop &loop, State &state, request_rec *r, const Mount &mount, Patience patience);

    void arrive() override;
    void give_up(py::ref exception) override;
    bool is_endless() const noexcept override { return true; }
    bool is_urgent() const noexcept override { return !is_accepted_; }
    bool is_watched() const noexcept override { return !is_accepted_; }

    // Functions for the loop's thread.

    /// Throws RuntimeError if another response has begun.
    void accept(std::optional<py::c_text> subprotocol, py::borrowed headers);
    bool is_accepted() const noexcept { return is_accepted_; }

    /// The next message as (kind, message or reason, code), or None. It is None, too, after some messages: the rest can
    /// be taken in the loop's next round, because a client that sends without a pause would keep the loop.
    py::ref take();

    /// (code, reason) of the end of the conversation, if it has come, or None.
    py::ref over() const;

    /// To be awaited: there is a message to take.
    py::ref heard();

    /// Futures that are done when little is left to be sent, and when the conversation is over. Several tasks may wait.
    py::ref drained();
    py::ref ended();

    /// Queues a message. Returns true if so much is unsent that the application should wait.
    bool say(websocket::Opcode opcode, std::string_view message);
    void close(std::uint16_t code, std::string_view reason) { conversation_.close(code, reason); }

    /// Logs what the task has raised after it was accepted. The conversing thread uses the request: the entry is one of
    /// its server.
    void report(const py::ref &exception) const;

private:
    void told() noexcept override { tell(); }
    void call() noexcept override;
    std::size_t held_back() const noexcept override { return unsent(); }
    bool hurries() const noexcept override { return stopping_at_once(); }
    py::ref begin_task(ExchangeObject *object) override;
    ExchangeObject *make_object() override;
    void converse() noexcept override;
    void tell_hearers();
    static void resolve_all(std::vector<py::ref> &futures);
    py::ref add_future(std::vector<py::ref> &futures);
    bool go_on(Clock::time_point now) noexcept override;
    Clock::time_point due() const noexcept override;
    apache::Poller &poller() noexcept override { return has_left_ ? apache::Poller::here() : loop().poller(); }
    int conclude() noexcept override;
    void forget() noexcept override;

    websocket::Conversation conversation_;
    std::string subprotocol_;
    bool has_subprotocol_ = false;
    bool is_accepted_ = false;
    std::optional<Counters::Counted> accepted_; // for /server-status
    std::optional<websocket::Heard> next_;
    int takes_left_ = 0; // before it arrives again
    std::vector<py::ref> hearers_;
    std::vector<py::ref> drainers_;
    std::vector<py::ref> enders_;

    // Members that the conversing thread uses.
    std::optional<websocket::Thread> thread_; // made when the connection can't be suspended
    bool is_over_ = false;                    // all has been said and heard
    bool has_left_ = false;                   // the task has left
};

struct WebSocketObject : HTTPObject {
    WebSocketExchange &socket() const noexcept { return static_cast<WebSocketExchange &>(*exchange); }

    void accept(std::optional<py::c_text> subprotocol, py::borrowed headers) {
        socket().accept(std::move(subprotocol), headers);
    }
    py::ref take() { return socket().take(); }
    py::ref over() { return socket().over(); }
    py::ref heard() { return socket().heard(); }
    py::ref drained() { return socket().drained(); }
    py::ref ended() { return socket().ended(); }
    bool is_accepted() const { return socket().is_accepted(); }
    py::ref offered() const;
    bool say_text(py::body_data message) { return socket().say(websocket::Opcode::text, message.view()); }
    bool say_bytes(py::body_data message) { return socket().say(websocket::Opcode::binary, message.view()); }
    void close(int code, py::body_data reason);
    void report(py::ref exception) const { socket().report(exception); }

    static PyTypeObject *make_type();
};

} // namespace pyhook::asgi
