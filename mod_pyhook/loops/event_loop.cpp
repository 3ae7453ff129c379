#include "loops/event_loop.h"

#include "py/attach.h"
#include "py/thread.h"

#include "apache/client.h"
#include "apache/log.h"
#include "apache/mpm.h"
#include "apache/poller.h"

#include "call/overdue.h"
#include "config/config.h"
#include "types/ending.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

void report(const Exchange &exchange, Overdue how) {
    std::vector<std::string> stack;
    const py::ref &cancel = exchange.cancel_function();
    if (cancel) {
        const py::ref lines = py::call(py::attribute(py::import("pyhook.loops"), "stack_of"), cancel);
        for (Py_ssize_t at = 0; at < PyList_GET_SIZE(lines.get()); ++at)
            stack.emplace_back(py::text(PyList_GET_ITEM(lines.get(), at)).view());
    }
    report_overdue(how, Description(exchange.request(), exchange.watched.ran), stack);
}

/// So long does an answer wait for others, unless the next task takes longer.
constexpr std::chrono::microseconds soon{200};

/// The exception that answers a request when the server stops.
py::ref server_stops(const Request &request) {
    return py::check(
        PyObject_CallFunction(request.state->http_error.get(), "is", HTTP_SERVICE_UNAVAILABLE, "the server stops"));
}

/// Counts the time of a request. If that has run for too long, its task is cancelled, and the request is answered
/// without the task if that goes on.
void end_if_overdue(Exchange &exchange, Exchange::Clock::duration passed) {
    if (!exchange.is_limited())
        return;
    const Timeouts limits = DirConfig::of(exchange.record()->per_dir_config).timeouts.value;
    Exchange::Watched &watched = exchange.watched;
    if (std::exchange(watched.was_seen, true))
        watched.ran += passed;
    const bool is_limited = limits.end > Timeouts::Time::zero();
    if (is_limited && watched.is_timed_out && watched.ran >= limits.end + limits.grace()) {
        exchange.fail(py::call(exchange.request().state->request_timeout));
    } else if (is_limited && !watched.is_timed_out && watched.ran >= limits.end) {
        watched.is_timed_out = true;
        report(exchange, Overdue::interrupted);
        exchange.cancel(Exchange::Why::timed_out);
    } else if (limits.slow > Timeouts::Time::zero() && !watched.is_reported_as_slow && watched.ran >= limits.slow) {
        watched.is_reported_as_slow = true;
        report(exchange, Overdue::slow);
    }
}

} // namespace

EventLoop::EventLoop(State &state)
    : state_(&state), inbox_type_(Inbox::make_type()),
      request_variable_(py::check(PyContextVar_New("pyhook request", nullptr))),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), lag_(state) {
    if (wake_ < 0)
        throw py::start_error("no descriptor is left for an event loop");
}

EventLoop::~EventLoop() { close(wake_); }

Loop &Loop::of(State &state) {
    try {
        auto &loop = state.kept<EventLoop>();
        if (loop.life_ == EventLoop::Life::none)
            py::while_detached([&loop] { loop.start(); });
        return loop;
    } catch (const py::start_error &problem) {
        py::raise(PyExc_OSError, "no event loop can start: %s", problem.what());
    }
}

Loop *Loop::already(const State &state) noexcept { return state.kept_already<EventLoop>(); }

/// One thread starts the loop; others that need it wait until it runs, or try again. Runs detached, because the loop's
/// thread has to attach.
void EventLoop::start() {
    const std::lock_guard lock(starting_);
    if (life_ != Life::none)
        return;
    apache::Poller::here().start(&py::start_thread);
    py::start_thread("pyhook loop", &EventLoop::main, this);
    has_begun_.acquire();
    if (life_ == Life::none)
        throw py::start_error("its thread has no thread state");
}

void *EventLoop::main(void *self) noexcept {
    auto &loop = *static_cast<EventLoop *>(self);
    loop.begin_here();
    try {
        const py::attached here(loop.state_->interpreter);
        loop.life_ = Life::runs;
        loop.has_begun_.release();
        loop.run();
        py::while_detached([&loop] {
            loop.blockage_.stop();
            return 0;
        });
    } catch (const std::bad_alloc &) { // no thread state
        loop.has_begun_.release();
        return nullptr;
    }
    end_here();
    loop.lag_.rest();
    loop.life_ = Life::gone;
    return nullptr;
}

void EventLoop::run() noexcept {
    blockage_.start(state_->interpreter);
    const bool is_stopped = py::guarded(false, [this] {
        poller_ = std::make_unique<apache::LoopPoller>();
        auto *inbox = py::make<Inbox>(inbox_type_);
        inbox->loop = this;
        const py::ref object = py::ref::steal(inbox);
        py::call(py::attribute(py::import("pyhook.loops"), "run"), object);
        return true;
    });
    if (!is_stopped) {
        refusal_ = py::take_exception();
        for (Exchange *each : all_held()) // their tasks never run again
            each->give_up(refusal_.copy());
        go_on();
    }
    if (poller_)
        py::while_detached([this] { poller_->retire(); });
    if (!is_stopped)
        refuse_until_stopped();
}

/// Asyncio, or the loop that the configuration names, could not be started, or an application has closed the loop.
/// Every request gets that reason, until the loop is stopped.
void EventLoop::refuse_until_stopped() noexcept {
    while (!stopping_) {
        py::while_detached([this] {
            pollfd wake{.fd = wake_, .events = POLLIN, .revents = 0};
            poll(&wake, 1, -1);
        });
        py::guarded(false, [this] { return take(); });
        go_on();
        rest();
    }
}

void EventLoop::post(Exchange &exchange) noexcept {
    Exchange *first = inbox_.load(std::memory_order_relaxed);
    if (first == nullptr)
        lag_.expect();
    do
        exchange.next = first;
    while (!inbox_.compare_exchange_weak(first, &exchange, std::memory_order_release, std::memory_order_relaxed));
    if (first == nullptr) {
        blockage_.expect();
        if (Custody::here() != this || !hears_)
            eventfd_write(wake_, 1);
    }
}

/// Gives the exchanges in the order in which they came.
Exchange *EventLoop::take_all() noexcept {
    eventfd_t count = 0;
    eventfd_read(wake_, &count);
    Exchange *ordered = nullptr;
    for (Exchange *each = inbox_.exchange(nullptr, std::memory_order_acquire); each != nullptr;) {
        Exchange *next = each->next;
        each->next = std::exchange(ordered, each);
        each = next;
    }
    return ordered;
}

void EventLoop::let_go_on(Exchange &exchange) noexcept {
    if (!takes_)
        return exchange.hand();
    exchange.next = nullptr;
    *std::exchange(done_end_, &exchange.next) = &exchange;
    if (Exchange::Clock::now() - taken_ > soon)
        wake_done();
}

void EventLoop::go_on() noexcept {
    takes_ = false;
    wake_done();
}

void EventLoop::wake_done() noexcept {
    done_end_ = &done_;
    for (Exchange *each = std::exchange(done_, nullptr); each != nullptr;)
        std::exchange(each, each->next)->hand();
}

/// The sockets are read detached, so that other threads can run Python meanwhile.
bool EventLoop::hear() {
    hears_ = true;
    py::while_detached([this] { poller_->take_turn(); });
    hears_ = false;
    return take();
}

bool EventLoop::take() {
    beat();
    takes_ = true;
    taken_ = Exchange::Clock::now();
    for (Exchange *each = take_all(); each != nullptr;) {
        Exchange *next = each->next;                   // this one may be gone after it has arrived
        py::or_unraisable([each] { each->arrive(); }); // an error of one exchange does not concern the others
        each = next;
    }
    return !stopping_;
}

bool Loop::runs(const State &state) noexcept {
    const auto *loop = state.kept_already<EventLoop>();
    return loop != nullptr && loop->life_ == EventLoop::Life::runs;
}

bool Loop::stop(const State &state) noexcept {
    auto *loop = state.kept_already<EventLoop>();
    if (loop == nullptr || loop->life_ != EventLoop::Life::runs)
        return true;
    loop->stopping_ = true;
    eventfd_write(loop->wake_, 1);
    return false;
}

void EventLoop::prepare(py::borrowed loop, py::borrowed begin_task) {
    create_future_ = py::attribute(loop, "create_future");
    awaited_.emplace(loop);
    begin_ = py::ref::share(begin_task);
}

void EventLoop::check_running() const {
    if (!refusal_)
        return;
    py::restore(refusal_.copy());
    throw py::error();
}

void EventLoop::let_go(Exchange &exchange) noexcept {
    const auto found = held_.find(exchange.connection());
    Exchange **at = &found->second;
    while (*at != &exchange)
        at = &(*at)->outer;
    *at = exchange.outer;
    if (found->second == nullptr)
        held_.erase(found);
}

std::vector<Exchange *> EventLoop::all_held() const {
    std::vector<Exchange *> all;
    for (const auto &[connection, innermost] : held_)
        for (Exchange *each = innermost; each != nullptr; each = each->outer)
            all.push_back(each);
    return all;
}

/// One poll finds all clients that have closed their end.
bool EventLoop::watch() {
    std::vector<pollfd> sockets;
    const std::vector<Exchange *> exchanges = all_held();
    for (const Exchange *each : exchanges)
        sockets.push_back(each->is_watched() ? apache::look_for_end(each->connection())
                                             : pollfd{.fd = -1, .events = 0, .revents = 0});
    poll(sockets.data(), sockets.size(), 0);
    for (std::size_t at = 0; at < sockets.size(); ++at)
        if (exchanges[at]->is_watched() && apache::has_left(exchanges[at]->connection(), sockets[at]))
            exchanges[at]->cancel(Exchange::Why::client_gone);
    cancel_stopping(all_held()); // what it gives up is gone
    if (RunningCalls::is_watched())
        end_overdue(all_held());
    beat();
    if (held_.empty())
        rest();
    return !held_.empty();
}

/// pyhook.loops lets the loop watch at this interval while it has requests. Where all handlers are coroutines, no other
/// thread attaches and drops the views of requests that have ended.
void EventLoop::beat() noexcept {
    constexpr std::chrono::milliseconds period{250};
    state_->interpreter.release_retired();
    blockage_.beat();
    lag_.beat(period);
}

void EventLoop::rest() noexcept {
    blockage_.rest();
    lag_.rest();
}

/// Requests whose loop did not run meanwhile get no more than the time between two looks.
void EventLoop::end_overdue(std::span<Exchange *const> exchanges) {
    constexpr std::chrono::milliseconds most{500};
    const auto now = Exchange::Clock::now();
    const auto passed = std::min<Exchange::Clock::duration>(now - std::exchange(watched_, now), most);
    for (Exchange *each : exchanges)
        py::or_unraisable([&] { end_if_overdue(*each, passed); });
}

/// When the child ends, or when fresh code has replaced the interpreter, tasks that end by themselves may go on.
/// Streams of events and WebSockets are cancelled; if the child must end at once, all tasks are. ASGI tells an
/// application that its client has gone, and it may not listen: then the child does not wait for it.
void EventLoop::cancel_stopping(std::span<Exchange *const> exchanges) const {
    if (!pyhook::stopping() && !state_->is_replaced)
        return;
    const std::chrono::milliseconds grace(stopping_at_once() ? 500 : 15'000);
    for (Exchange *each : exchanges)
        if (each->is_late(grace))
            py::or_unraisable([each] { each->give_up(server_stops(each->request())); });
        else if (stopping_at_once() || each->is_endless())
            each->cancel(Exchange::Why::stopping);
}

void EventLoop::cancel_all() {
    for (Exchange *each : all_held())
        each->cancel(Exchange::Why::stopping);
}

void EventLoop::enter(Request &request) const {
    py::check(PyContextVar_Set(request_variable_.get(), static_cast<PyObject *>(&request)));
}

conn_rec *EventLoop::connection_for(const conn_rec *c) const noexcept {
    const auto found = held_.find(c);
    if (found != held_.end())
        return found->second->is_busy() ? nullptr : found->second->connection();
    for (const auto &[connection, exchange] : held_)
        if (connection->master == c && !exchange->is_busy())
            return exchange->connection();
    return nullptr;
}

const request_rec *EventLoop::record_on(const conn_rec *c) const noexcept {
    const auto found = held_.find(c);
    return found == held_.end() ? nullptr : found->second->record();
}

Request *EventLoop::request() const noexcept {
    PyObject *value = nullptr;
    if (PyContextVar_Get(request_variable_.get(), nullptr, &value) != 0)
        PyErr_Clear();
    const py::ref owner = py::ref::steal(value);
    auto *request = static_cast<Request *>(value); // the task's context keeps it
    const bool usable = request != nullptr && !request->has_ended() && connection_for(request->connection) != nullptr;
    return usable ? request : nullptr;
}

request_rec *EventLoop::record() const noexcept {
    const Request *running = request();
    return running == nullptr ? nullptr : running->record();
}

Exchange &EventLoop::exchange_of(const Request &request) const {
    const auto found = held_.find(request.connection);
    Exchange *exchange = found == held_.end() ? nullptr : found->second;
    while (exchange != nullptr && exchange->record() != request.record())
        exchange = exchange->outer;
    if (exchange == nullptr)
        py::raise(PyExc_RuntimeError, "this request was not handed to the event loop");
    return *exchange;
}

bool EventLoop::needs(apr_pool_t *pool) const noexcept {
    for (const Exchange *each = done_; each != nullptr; each = each->next)
        if (each->needs(pool))
            return true;
    for (const auto &[connection, innermost] : held_)
        for (const Exchange *each = innermost; each != nullptr; each = each->outer)
            if (each->needs(pool))
                return true;
    return false;
}

py::ref EventLoop::read(const Request &request, std::optional<Py_ssize_t> size) {
    return exchange_of(request).read(size);
}
py::ref EventLoop::read_some(const Request &request) { return exchange_of(request).read_some(); }
py::ref EventLoop::write(const Request &request, std::string_view data) { return exchange_of(request).write(data); }

} // namespace pyhook
