// processes/websocket.h: a WebSocket that an application in a worker process serves, from the handshake to the end.
#pragma once

#include "apache/suspended.h"

#include "processes/application.h"
#include "processes/ear.h"
#include "processes/messages.h"
#include "types/ending.h"
#include "websocket/conversation.h"

namespace pyhook::processes {

/// Before it is accepted, this is a request like any other, and may get an ordinary response. Afterwards one thread
/// converses with the client and the process: the poller, or the handler's thread if the connection can't be suspended.
class WebSocketExchange final : public ApplicationExchange, public apache::Suspended, websocket::Line, Ear::Owner {
public:
    /// `new` must make it, because it may outlive the handler. After SUSPENDED only the poller may delete it.
    WebSocketExchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition);
    ~WebSocketExchange() override;

private:
    friend void stop_sockets() noexcept;

    void process_stirs() noexcept override { wake(); }
    void told() noexcept override {} // the thread that serves the conversation looks itself
    void call() noexcept override {}
    std::size_t held_back() const noexcept override { return unsent(); }
    bool hurries() const noexcept override { return stopping_at_once(); }

    Step take_answer(const Frame &frame) override;
    Step accept(std::string_view payload);
    Step refuse_late();
    int converse(const std::string &subprotocol);
    void enlist() noexcept;
    void serve_here() noexcept;
    bool go_on(Clock::time_point now) noexcept override;
    Clock::time_point due() const noexcept override;
    int conclude() noexcept override;

    bool work(Clock::time_point now, bool &readable, bool has_hung_up) noexcept;
    void heed_stop();
    bool waits_for_process(Clock::time_point now) const noexcept;
    bool hears_process() const noexcept;
    void hear_process();
    void take_spoken(const Frame &frame);
    void close(std::uint16_t code, std::string_view reason = {});
    void lose_process();
    void hang_up() noexcept;
    void pass_on();
    void queue(const websocket::Heard &heard);

    websocket::Conversation conversation_;
    Untaken untaken_;
    Message message_; // that the process sends at the moment
    Ear *ear_ = nullptr;
    std::string outgoing_;            // frames for the process; the next ones are made when these have gone out
    std::size_t at_ = 0;              // how many bytes of them have gone out
    bool process_is_readable_ = true; // it may have said something that has not been taken
    bool is_closing_ = false;         // nothing is said to the client any more
    bool is_over_ = false;            // the conversation
    Clock::time_point over_since_;
    bool has_left_ = false; // the process
};

/// Tells the sockets that no thread serves: the child is told to end.
void stop_sockets() noexcept;

/// Gives them until then to close.
void wait_for_sockets(std::chrono::steady_clock::time_point end) noexcept;

} // namespace pyhook::processes
