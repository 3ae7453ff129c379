// asgi/websocket.h: a WebSocket that an ASGI application serves, from the handshake on.
#pragma once

#include "asgi/exchange.h"
#include "websocket/conversation.h"
#include "websocket/thread.h"

namespace pyhook::asgi {

/// Until it is accepted, a request like any other, which may be answered instead. Then the poller, or the waiting
/// thread where the connection can't be suspended, converses with the client, and the loop takes what was heard and
/// says what the application sends.
class WebSocketExchange final : public HTTPExchange, websocket::Line {
public:
    WebSocketExchange(Loop &loop, State &state, request_rec *r, const Mount &mount, Patience patience);

    void arrive() override;
    bool is_endless() const noexcept override { return true; }
    bool is_watched() const noexcept override { return !is_accepted_; }

    // On the loop's thread.

    void accept(std::optional<py::c_text> subprotocol, py::borrowed headers);

    /// (kind, message or reason, code) of what was heard next, or None.
    py::ref take();

    /// Futures: something can be taken; little is left to be sent.
    py::ref heard();
    py::ref drained();

    /// Is so much left to be sent that one should wait?
    bool say(websocket::Opcode opcode, std::string_view message);
    void close(std::uint16_t code, std::string_view reason) { conversation_.close(code, reason); }

private:
    void told() noexcept override { tell(); }
    void call() noexcept override;
    std::size_t held_back() const noexcept override { return unsent(); }
    py::ref begin_task(ExchangeObject *object) override;
    ExchangeObject *make_object() override;
    void converse() noexcept override;
    bool hear(Clock::time_point now) noexcept;
    bool go_on(Clock::time_point now) noexcept override;
    Clock::time_point due() const noexcept override;
    int conclude() noexcept override;
    void forget() noexcept override;

    websocket::Conversation conversation_;
    std::string subprotocol_;
    bool has_subprotocol_ = false;
    bool is_accepted_ = false;
    std::optional<websocket::Heard> next_;
    py::ref hearer_;
    py::ref drainer_;

    // Of the thread that converses.
    std::optional<websocket::Thread> thread_; // made when the connection can't be suspended
    bool is_over_ = false;                    // what there was to say and to hear
    bool has_left_ = false;                   // the task
};

struct WebSocketObject : HTTPObject {
    WebSocketExchange &socket() const noexcept { return static_cast<WebSocketExchange &>(*exchange); }

    void accept(std::optional<py::c_text> subprotocol, py::borrowed headers) {
        socket().accept(std::move(subprotocol), headers);
    }
    py::ref take() { return socket().take(); }
    py::ref heard() { return socket().heard(); }
    py::ref drained() { return socket().drained(); }
    bool say_text(py::text message) { return socket().say(websocket::Opcode::text, message); }
    bool say_bytes(py::body_data message) { return socket().say(websocket::Opcode::binary, message.view()); }
    void close(int code, py::text reason);

    static PyTypeObject *make_type();
};

} // namespace pyhook::asgi
