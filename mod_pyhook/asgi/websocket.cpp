#include "asgi/websocket.h"

#include "apache/framing.h"

#include "asgi/state.h"
#include "call/entry.h"
#include "loops/awaited.h"
#include "websocket/handshake.h"

#include "py/poison.h"

namespace pyhook::asgi {

namespace {

/// If more than this is unsent, the application waits before it sends again.
constexpr std::size_t much_unsent = 64 * 1024;

/// So many messages are taken in one round of the loop.
constexpr int most_takes = 32;

} // namespace

WebSocketExchange::WebSocketExchange(Loop &loop, State &state, request_rec *r, const Mount &mount, Patience patience)
    : HTTPExchange(loop, state, r, mount, patience), conversation_(r, {}, *this) {}

/// After a conversation the connection speaks no more HTTP.
int WebSocketExchange::conclude() noexcept {
    if (!is_accepted_)
        return HTTPExchange::conclude();
    record()->status = HTTP_SWITCHING_PROTOCOLS;
    return OK;
}

void WebSocketExchange::call() noexcept {
    if (thread_)
        thread_->call();
    else
        wake_now();
}

void WebSocketExchange::forget() noexcept {
    for (const py::ref &hearer : std::exchange(hearers_, {}))
        static_cast<Awaited *>(hearer.get())->abandon();
    drainers_.clear();
    enders_.clear();
    if (is_accepted_)
        forget_outcome();
    else
        HTTPExchange::forget();
}

void WebSocketExchange::arrive() {
    if (!is_accepted_)
        return HTTPExchange::arrive();
    note_arrival();
    if (has_ended())
        return end();
    takes_left_ = most_takes;
    if (!next_)
        next_ = conversation_.take();
    if (!drainers_.empty() && conversation_.unsent() < much_unsent)
        resolve_all(drainers_);
    if (!enders_.empty() && conversation_.has_ended())
        resolve_all(enders_);
    if (next_)
        tell_hearers();
}

/// Runs the tasks. This may be gone when one of them has ended.
void WebSocketExchange::tell_hearers() {
    for (const py::ref &hearer : std::exchange(hearers_, {}))
        py::or_unraisable([&hearer] { static_cast<Awaited *>(hearer.get())->tell(); });
}

void WebSocketExchange::resolve_all(std::vector<py::ref> &futures) {
    for (const py::ref &future : std::exchange(futures, {}))
        resolve_with(future, Py_None);
}

py::ref WebSocketExchange::add_future(std::vector<py::ref> &futures) {
    futures.push_back(loop().make_future());
    return futures.back().copy();
}

void WebSocketExchange::give_up(py::ref exception) {
    if (is_accepted_)
        close(1001, "");
    HTTPExchange::give_up(std::move(exception));
}

py::ref WebSocketExchange::begin_task(ExchangeObject *object) {
    AsgiState &kept = state().kept<AsgiState>();
    if (gateway() == Gateway::asgi)
        return begin_with(object, kept.begin_websocket, "websocket");
    const py::borrowed handler = enter();
    return py::call(kept.begin_handler, object, handler);
}

ExchangeObject *WebSocketExchange::make_object() {
    return py::make<WebSocketObject>(state().kept<AsgiState>().websocket);
}

void WebSocketExchange::accept(std::optional<py::c_text> subprotocol, py::borrowed headers) {
    if (apache::has_begun(record()) || apache::is_complete(record()))
        py::raise(PyExc_RuntimeError, "a response has begun: the WebSocket can't be accepted any more");
    start(HTTP_OK, headers);
    commit_head();
    if (subprotocol) {
        has_subprotocol_ = true;
        subprotocol_ = subprotocol->view();
    }
    is_accepted_ = true;
    accepted_.emplace(state().counters->sockets);
    if (!may_be_suspended(connection()->output_filters))
        thread_.emplace(record());
    hand_back();
}

/// Runs on the request's own thread.
void WebSocketExchange::converse() noexcept {
    conversation_.begin(websocket::accept(record(), has_subprotocol_ ? subprotocol_.c_str() : nullptr));
    if (thread_)
        thread_->serve(conversation_);
    else
        suspend_now();
}

bool WebSocketExchange::go_on(Clock::time_point now) noexcept {
    if (!is_over_ && !conversation_.step(now, is_readable, has_hung_up)) {
        is_over_ = true;
        end_output();
        if (conversation_.was_lost())
            connection()->aborted = 1;
    }
    has_left_ = has_left_ || !obey_all();
    return !(is_over_ && has_left_);
}

WebSocketExchange::Clock::time_point WebSocketExchange::due() const noexcept {
    return is_over_ ? Clock::time_point::max() : conversation_.due();
}

py::ref WebSocketExchange::take() {
    if (takes_left_ == 0) {
        tell();
        return py::none();
    }
    if (!next_)
        next_ = conversation_.take();
    if (!next_)
        return py::none();
    const websocket::Heard heard = std::move(*next_);
    next_.reset();
    --takes_left_;
    using Kind = websocket::Event::Kind;
    const py::ref data = heard.kind == Kind::binary ? py::to_python(std::span<const char>(heard.data))
                                                    : py::to_python(std::string_view(heard.data));
    const auto &kinds = state().kept<AsgiState>().kinds;
    const py::ref &kind = heard.kind == Kind::binary ? kinds.bytes
                          : heard.kind == Kind::text ? kinds.text
                                                     : kinds.close;
    const py::ref code = py::to_python(static_cast<int>(heard.code));
    return py::check(PyTuple_Pack(3, kind.get(), data.get(), code.get()));
}

py::ref WebSocketExchange::over() const {
    const std::optional<websocket::Heard> ending = conversation_.ending();
    if (!ending)
        return py::none();
    const py::ref reason = py::to_python(std::string_view(ending->data));
    return py::check(Py_BuildValue("(iO)", static_cast<int>(ending->code), reason.get()));
}

py::ref WebSocketExchange::heard() {
    std::erase_if(hearers_, [](const py::ref &hearer) { // a task that waits for a time only
        return static_cast<Awaited *>(hearer.get())->outcome != Awaited::Outcome::none;
    });
    hearers_.push_back(loop().make_awaited());
    return hearers_.back().copy();
}
py::ref WebSocketExchange::ended() { return add_future(enders_); }

py::ref WebSocketExchange::drained() {
    py::ref future = add_future(drainers_);
    conversation_.tell_below(much_unsent);
    if (conversation_.unsent() < much_unsent)
        resolve_all(drainers_);
    return future;
}

bool WebSocketExchange::say(websocket::Opcode opcode, std::string_view message) {
    return conversation_.say(opcode, message) >= much_unsent;
}

void WebSocketExchange::report(const py::ref &exception) const {
    pyhook::report(record()->server, code::raised, site(), "raised while it served a WebSocket", exception.get());
}

void WebSocketObject::close(int code, py::body_data reason) {
    socket().close(static_cast<std::uint16_t>(code), reason.view());
}

py::ref WebSocketObject::offered() const {
    return py::list_of(websocket::subprotocols(exchange->record()),
                       [](std::string_view name) { return py::to_python(name); });
}

PyTypeObject *WebSocketObject::make_type() {
    static PyMethodDef rows[] = {
        py::method<&WebSocketObject::accept, "accept(subprotocol, headers)", "The handshake is answered with 101.">(),
        py::method<&WebSocketObject::take, "take()", "(kind, data, code) of what was heard next, or None.">(),
        py::method<&WebSocketObject::over, "over()", "(code, reason) of the end, if it has come, or None.">(),
        py::method<&WebSocketObject::heard, "heard()", "To be awaited: something can be taken.">(),
        py::method<&WebSocketObject::drained, "drained()", "A future: little is left to be sent.">(),
        py::method<&WebSocketObject::ended, "ended()", "A future: the conversation is over.">(),
        py::method<&WebSocketObject::say_text, "say_text(message)", "Send it; True: wait until it is drained.">(),
        py::method<&WebSocketObject::say_bytes, "say_bytes(message)", "The same for bytes.">(),
        py::method<&WebSocketObject::close, "close(code, reason)", "Send a close frame; nothing is sent after it.">(),
        py::method<&WebSocketObject::report, "report(exception)", "Log what the task raised once it was accepted.">(),
    };
    static PyGetSetDef properties[] = {
        py::property<&WebSocketObject::is_accepted>("is_accepted", "Was the handshake answered with 101?"),
        py::property<&WebSocketObject::offered>("offered", "The subprotocols that the client offers."),
        {},
    };
    static auto *methods = py::joined({ExchangeObject::methods(), HTTPObject::methods(), std::span<PyMethodDef>(rows)});
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<WebSocketObject>),
        py::slot(Py_tp_methods, methods),
        py::slot(Py_tp_getset, static_cast<PyGetSetDef *>(properties)),
        {Py_tp_doc, const_cast<char *>("A WebSocket that an ASGI application serves.")},
        {},
    };
    PyType_Spec spec = {"pyhook.asgi.WebSocket", sizeof(WebSocketObject), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return py::make_type(spec);
}

} // namespace pyhook::asgi
