#include "processes/websocket.h"

#include "apache/framing.h"

#include "call/exception.h"
#include "websocket/handshake.h"
#include "websocket/thread.h"

#include <algorithm>
#include <mutex>
#include <poll.h>
#include <set>
#include <thread>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

/// While more than this is unsent, nothing more is heard from the process.
constexpr std::size_t much_unsent = 64 * 1024;

/// When this many bytes were heard, others get their turn.
constexpr std::size_t turn = 256 * 1024;

/// What the shortest frame counts of a turn, and each line of an entry for the error log, in bytes.
constexpr std::size_t price = 4096;

/// How often the thread of one socket looks whether the child is told to end, and every thread whether at once.
constexpr std::chrono::milliseconds look_again{250};

constexpr auto going_away = static_cast<std::uint16_t>(websocket::Close::going_away);
constexpr auto internal_error = static_cast<std::uint16_t>(websocket::Close::internal_error);
constexpr auto normal = static_cast<std::uint16_t>(websocket::Close::normal);

/// The sockets that no thread serves, until their conversations are over.
struct Sockets {
    std::mutex mutex;
    std::set<WebSocketExchange *> all;
};

Sockets &unserved() {
    static auto *const only = new Sockets(); // the poller may come back to it while the process exits
    return *only;
}

std::size_t price_of(const Frame &frame) noexcept {
    const auto lines = frame.type == FrameType::log ? std::count(frame.payload.begin(), frame.payload.end(), '\n') : 0;
    return frame.payload.size() + price * static_cast<std::size_t>(1 + lines);
}

void forget(WebSocketExchange *one) noexcept {
    const std::lock_guard lock(unserved().mutex);
    unserved().all.erase(one);
}

} // namespace

void stop_sockets() noexcept {
    const std::lock_guard lock(unserved().mutex);
    for (WebSocketExchange *each : unserved().all)
        each->wake();
}

void wait_for_sockets(std::chrono::steady_clock::time_point end) noexcept {
    constexpr std::chrono::milliseconds look{5};
    const auto are_left = [] {
        const std::lock_guard lock(unserved().mutex);
        return !unserved().all.empty();
    };
    while (are_left() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(look);
}

WebSocketExchange::WebSocketExchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition)
    : ApplicationExchange(r, mount, definition, Scope::websocket), Suspended(r), conversation_(r, {}, *this) {}

WebSocketExchange::~WebSocketExchange() {
    hang_up();
    forget(this);
}

Exchange::Step WebSocketExchange::take_answer(const Frame &frame) {
    return frame.type == FrameType::accept ? accept(frame.payload) : ApplicationExchange::take_answer(frame);
}

Exchange::Step WebSocketExchange::accept(std::string_view payload) {
    const auto subprotocol = next_string(payload);
    if (!subprotocol || (!subprotocol->empty() && !websocket::offers(record(), *subprotocol)))
        return nonsense("a wrong subprotocol");
    const std::string chosen(*subprotocol);
    if (apache::has_begun(record()) || apache::is_complete(record()))
        return refuse_late();
    if (const Step step = start("200", payload); step != Step::more)
        return step;
    response().commit();
    become_socket();
    set_status(converse(chosen));
    return Step::over;
}

Exchange::Step WebSocketExchange::refuse_late() {
    report(record(), code::raised, site(),
           "has accepted, but a response has begun: the WebSocket can't be accepted any more", {});
    hang_up();
    response().abandon();
    set_status(fail(record(), site(), HTTP_INTERNAL_SERVER_ERROR));
    return Step::over;
}

int WebSocketExchange::converse(const std::string &subprotocol) {
    const bool suspends = DirConfig::of(record()->per_dir_config).patience.value.has_value() &&
                          is_possible(record(), connection()->output_filters);
    if (suspends)
        ear_ = new Ear(wire().descriptor(), *this); // now the client can still get an error page
    conversation_.begin(websocket::accept(record(), subprotocol.empty() ? nullptr : subprotocol.c_str()));
    if (!suspends) {
        serve_here();
        return conclude();
    }
    note_suspended();
    enlist();
    suspend();
    ear_->begin();
    return SUSPENDED;
}

void WebSocketExchange::enlist() noexcept try {
    const std::lock_guard lock(unserved().mutex);
    unserved().all.insert(this);
} catch (const std::bad_alloc &) { // it finds the order to end when something else happens
}

void WebSocketExchange::serve_here() noexcept {
    const websocket::Thread thread(record());
    for (bool readable = true; work(Clock::now(), readable, false); readable = process_is_readable_ = true) {
        const int wanted = (hears_process() ? POLLIN : 0) | (outgoing_.empty() ? 0 : POLLOUT);
        thread.wait(conversation_,
                    {.fd = wanted == 0 ? -1 : wire().descriptor(), .events = static_cast<short>(wanted), .revents = 0},
                    std::min(due(), Clock::now() + look_again));
    }
}

int WebSocketExchange::conclude() noexcept {
    retire();
    record()->status = HTTP_SWITCHING_PROTOCOLS;
    return OK;
}

bool WebSocketExchange::go_on(Clock::time_point now) noexcept {
    if (ear_ != nullptr && std::exchange(ear_->is_readable, false))
        process_is_readable_ = true;
    const bool goes_on = work(now, is_readable, has_hung_up);
    if (!goes_on)
        forget(this);
    return goes_on;
}

/// The order to end at once may follow the one to end, in a signal handler, which can tell nobody.
WebSocketExchange::Clock::time_point WebSocketExchange::due() const noexcept {
    const auto now = Clock::now();
    if (hears_process() && process_is_readable_)
        return now;
    return stopping() ? std::min(conversation_.due(), now + look_again) : conversation_.due();
}

/// Returns false when both sides are done.
bool WebSocketExchange::work(Clock::time_point now, bool &readable, bool has_hung_up) noexcept {
    try {
        heed_stop();
        hear_process();
        if (!is_over_ && !conversation_.step(now, readable, has_hung_up)) {
            is_over_ = true;
            over_since_ = now;
            end_output();
            if (conversation_.was_lost())
                connection()->aborted = 1;
        }
        pass_on();
    } catch (const std::exception &) { // there is no memory, and none for a close frame
        hang_up();
        connection()->aborted = 1;
        is_over_ = true;
    }
    if (is_over_ && !waits_for_process(now))
        hang_up();
    return !(is_over_ && has_left_);
}

void WebSocketExchange::heed_stop() {
    if (stopping())
        close(going_away);
}

/// For the application, after the end of the conversation.
bool WebSocketExchange::waits_for_process(Clock::time_point now) const noexcept {
    return !stopping_at_once() && !(stopping() && now - over_since_ >= grace());
}

void WebSocketExchange::close(std::uint16_t code, std::string_view reason) {
    if (!std::exchange(is_closing_, true))
        conversation_.close(code, reason);
}

bool WebSocketExchange::hears_process() const noexcept { return !has_left_ && conversation_.unsent() < much_unsent; }

void WebSocketExchange::hear_process() {
    for (std::size_t taken = 0; process_is_readable_ && hears_process() && taken < turn;) {
        const std::optional<Frame> frame = wire().receive_now();
        if (frame) {
            taken += price_of(*frame);
            take_spoken(*frame);
        } else if (wire().loss() != Connection::Loss::none) {
            lose_process();
        } else {
            process_is_readable_ = false;
            wire().trim();
        }
    }
}

void WebSocketExchange::take_spoken(const Frame &frame) {
    const auto wrong = [this](const char *what) {
        nonsense(what);
        close(internal_error);
        hang_up();
    };
    switch (frame.type) {
    case FrameType::say:
        if (const Message::Step step = message_.take(frame.payload); step == Message::Step::whole) {
            conversation_.say(message_.is_text() ? websocket::Opcode::text : websocket::Opcode::binary,
                              message_.text());
            message_.forget();
        } else if (step == Message::Step::wrong) {
            wrong("a wrong piece of a message");
        }
        return;
    case FrameType::close:
        if (const std::optional<Closing> closing = closing_of(frame.payload))
            return close(closing->code, closing->reason);
        return wrong("a wrong close frame");
    case FrameType::took:
        if (!untaken_.take(frame.payload))
            wrong("a wrong count of messages");
        return;
    case FrameType::end:
        close(normal);
        return hang_up();
    case FrameType::log:
    case FrameType::metric:
        if (take(frame) == Step::more)
            return;
        close(internal_error);
        return hang_up();
    default:
        return wrong("what does not belong to an accepted WebSocket");
    }
}

/// After the end of the conversation the process need not say that it has ended.
void WebSocketExchange::lose_process() {
    if (!is_over_ && !is_closing_)
        report(record(), code::request_lost, site(),
               std::string("in processes '") + processes() +
                   (wire().loss() == Connection::Loss::nonsense
                        ? "' sent what no process sends"
                        : "' lost its process before its WebSocket was closed") +
                   ": " + record()->uri,
               {});
    close(internal_error);
    hang_up();
}

/// The process finds the end of its connection, which nobody uses again.
void WebSocketExchange::hang_up() noexcept {
    has_left_ = true;
    std::string().swap(outgoing_);
    at_ = 0;
    if (Ear *ear = std::exchange(ear_, nullptr))
        ear->leave(wire().release());
    else
        wire().close();
}

/// Gives the process what was heard, as far as it takes it at this moment. Once it has left, nobody wants to hear.
/// After the end of the conversation the process gets all, however much of it the application has taken: so it learns
/// of the end at once.
void WebSocketExchange::pass_on() {
    for (;;) {
        std::string_view rest = std::string_view(outgoing_).substr(at_);
        if (!has_left_ && !wire().send_now(rest))
            rest = {}; // it has ended; what it has said before is still to be heard
        at_ = outgoing_.size() - rest.size();
        if (!has_left_ && !rest.empty())
            return;
        std::string().swap(outgoing_);
        at_ = 0;
        if (!has_left_ && !is_over_ && untaken_.is_much())
            return;
        const std::optional<websocket::Heard> heard = conversation_.take();
        if (!heard)
            return;
        queue(*heard);
    }
}

void WebSocketExchange::queue(const websocket::Heard &heard) {
    if (heard.kind == websocket::Event::Kind::close)
        return append_closing(outgoing_, {.code = heard.code, .reason = heard.data});
    untaken_.add(heard.data.size());
    append_message(outgoing_, heard.kind == websocket::Event::Kind::text, heard.data);
}

} // namespace pyhook::processes
