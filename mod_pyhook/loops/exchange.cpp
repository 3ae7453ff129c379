#include "loops/exchange.h"

#include "py/attach.h"

#include "apache/framing.h"
#include "apache/response.h"

#include "loops/loop.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t most_of_a_piece = 64 * 1024;

/// If more than this is unsent, the task waits before it writes again.
constexpr std::size_t much_unsent = 64 * 1024;

} // namespace

py::ref Exchange::take_result() {
    if (cancelled_ == Why::client_gone)
        connection()->aborted = 1;
    if (exception_) {
        py::restore(std::move(exception_));
        throw py::error();
    }
    return std::move(result_);
}

int Exchange::conclude_without_python() noexcept {
    static_cast<void>(result_.release());
    static_cast<void>(exception_.release());
    if (!apache::has_begun(record()))
        return HTTP_INTERNAL_SERVER_ERROR;
    apache::break_off(record());
    return OK;
}

void Exchange::check_may_wait() {
    if (Custody::here() != nullptr)
        py::raise(PyExc_RuntimeError, "a coroutine can't wait for another request of its own event loop");
}

bool Exchange::serve() noexcept {
    tell();
    for (;;) {
        await_wish();
        if (!obey())
            return true;
        if (is_suspended())
            return false;
    }
}

/// Waits until the loop asks for something. If the connection may be suspended and the thread has waited for long
/// enough, it tells the loop, which then asks it to suspend.
void Exchange::await_wish() noexcept {
    if (!tires_ || asked_.try_acquire_until(tires_at_)) {
        if (!tires_)
            asked_.acquire();
        return;
    }
    tires_ = false;
    {
        const std::lock_guard lock(mutex_);
        is_tired_ = true;
    }
    tell();
    asked_.acquire();
}

/// Does what the loop has asked for. Returns false when the task is done.
bool Exchange::obey() noexcept {
    if (handed_back_.exchange(false)) { // the task may have finished meanwhile: the next call finds that
        converse();
        return true;
    }
    switch (wish_) {
    case Wish::finish: {
        const std::lock_guard lock(mutex_); // waits until the loop's thread has left its lock, and with it this object
        return false;
    }
    case Wish::suspend:
        give_away();
        return true;
    case Wish::read:
        receive();
        break;
    default:
        status_ = send();
        note_sent();
    }
    if (!is_held_back_)
        done();
    return true;
}

bool Exchange::obey_all() noexcept {
    bool goes_on = true;
    while (goes_on && asked_.try_acquire())
        goes_on = obey();
    return goes_on;
}

/// True if the head is on its way and the client's body has been read to its end.
bool Exchange::may_tire() const noexcept {
    request_rec *r = record();
    return may_be_suspended(r->output_filters) && apache::has_begun(r) &&
           (ap_request_has_body(r) == 0 || request_->own_body().ended());
}

void Exchange::note_sent() noexcept {
    const auto now = Clock::now();
    if (!is_suspended()) {
        if (tires_at_ == Clock::time_point() && may_tire())
            tires_at_ = now + *patience_;
        tires_ = tires_at_ != Clock::time_point();
    } else if (status_ == APR_SUCCESS && unsent() >= much_unsent) {
        is_held_back_ = true;
        held_back_at_ = now;
        held_back_ = unsent();
    }
}

/// Notes how much the client has taken of what is held back. If it has taken nothing for too long, it is given up.
void Exchange::note_taken(Clock::time_point now) noexcept {
    conn_rec *c = connection();
    if (unsent() < held_back_) {
        held_back_at_ = now;
        held_back_ = unsent();
    }
    if (now >= due())
        c->aborted = 1;
    if (c->aborted == 0 && unsent() >= much_unsent)
        return;
    is_held_back_ = false;
    status_ = c->aborted == 0 ? APR_SUCCESS : APR_ECONNABORTED;
    done();
}

Exchange::Clock::time_point Exchange::due() const noexcept {
    return is_held_back_ ? held_back_at_ + std::chrono::microseconds(record()->server->timeout)
                         : Clock::time_point::max();
}

bool Exchange::go_on(Clock::time_point now) noexcept {
    if (is_held_back_)
        note_taken(now);
    return obey_all();
}

void Exchange::suspend_now() noexcept {
    suspend();
    suspended_.emplace(loop_.state().counters->suspended);
    const std::lock_guard lock(mutex_);
    is_suspended_ = true;
    calls_ = nullptr;
}

void Exchange::give_away() noexcept {
    if (connection()->data_in_output_filters == 0)
        suspend_now();
    has_let_go_.release();
}

void Exchange::tell() noexcept {
    const std::lock_guard lock(mutex_);
    if (!is_silent_ && !std::exchange(is_posted_, true))
        loop_.post(*this);
}

void Exchange::done() noexcept {
    {
        const std::lock_guard lock(mutex_);
        is_done_ = true;
        is_tired_ = tires_ && Clock::now() >= tires_at_;
        tires_ = tires_ && !is_tired_;
    }
    tell();
}

bool Exchange::needs(apr_pool_t *pool) const noexcept {
    const std::lock_guard lock(mutex_);
    return apr_pool_is_ancestor(pool, record()->pool) != 0 || keeping::is_needed_by(calls_, pool);
}

void Exchange::receive() noexcept {
    apache::Body &body = request_->own_body();
    status_ = APR_SUCCESS;
    try {
        do {
            if (body.at_hand().empty() && !body.ended())
                status_ = body.fetch();
            const std::string_view piece = body.at_hand().substr(0, limit_ - bytes_.size());
            if (status_ != APR_SUCCESS || piece.empty())
                return;
            bytes_.append(piece);
            body.skip(piece.size());
        } while (whole_ && bytes_.size() < limit_);
    } catch (const std::exception &) {
        status_ = APR_ENOMEM;
    }
}

Exchange::Told Exchange::note_arrival() noexcept {
    const std::lock_guard lock(mutex_);
    is_posted_ = false;
    return {.is_done = std::exchange(is_done_, false), .is_tired = std::exchange(is_tired_, false)};
}

void Exchange::arrive() {
    const Told told = note_arrival();
    if (object_ == nullptr)
        return begin();
    if (told.is_done)
        settle();
    if (ended_)
        return end();
    if (told.is_tired && !is_busy())
        let_go();
}

/// Asks the waiting thread to suspend the connection, and waits for that. It takes no time, so that no task can meet
/// records that it may not use.
void Exchange::let_go() {
    wish_ = Wish::suspend;
    hand();
    py::while_detached([this] {
        has_let_go_.acquire();
        return 0;
    });
}

void Exchange::begin() {
    object_ = make_object();
    object_->exchange = this;
    object_->state = &loop_.state();
    loop_.hold(*this);
    const py::ref kept = py::ref::share(object_); // an application's own task may end at once: this may be gone then
    const auto &object = *object_;
    try {
        loop_.check_running();
        py::ref cancel = begin_task(object_);
        if (object.exchange == nullptr)
            return;
        cancel_ = std::move(cancel);
        if (RunningCalls::is_watched())
            running_.emplace(loop_.state(), *record(), cancel_.copy());
    } catch (const py::error &) {
        if (object.exchange == nullptr)
            return py::write_unraisable(kept.get());
        fail(py::take_exception());
    }
}

/// What the loop has asked for is done: resolves its future.
void Exchange::settle() {
    const py::ref waiter = std::move(waiter_);
    try {
        const py::ref done = py::check(PyObject_CallMethod(waiter.get(), "done", nullptr)); // True if it was cancelled
        if (done.get() != Py_True)
            resolve(waiter);
    } catch (const py::error &) { // the task may never learn of it, so the waiting thread answers
        note_failure(py::take_exception());
    }
    bytes_.clear();
}

void Exchange::resolve(const py::ref &waiter) {
    try {
        if (wish_ == Wish::read && status_ != APR_SUCCESS)
            request_->raise_unreadable(status_);
        if (wish_ == Wish::write && status_ != APR_SUCCESS)
            py::raise(PyExc_ConnectionAbortedError, "the client has gone");
        const py::ref value = wish_ == Wish::read ? py::to_python(std::span<const char>(bytes_)) : py::none();
        py::check(PyObject_CallMethod(waiter.get(), "set_result", "O", value.get()));
    } catch (const py::error &) {
        const py::ref exception = py::take_exception();
        py::check(PyObject_CallMethod(waiter.get(), "set_exception", "O", exception.get()));
    }
}

void Exchange::check_idle() const {
    if (is_busy())
        py::raise(PyExc_RuntimeError, "the Request is being read or written: await that first");
}

py::ref Exchange::ask(Wish wish) {
    check_idle();
    waiter_ = loop_.make_future();
    wish_ = wish;
    hand();
    return waiter_.copy();
}

py::ref Exchange::read(std::optional<Py_ssize_t> size) {
    whole_ = true;
    limit_ = size && *size >= 0 ? static_cast<std::size_t>(*size) : static_cast<std::size_t>(PY_SSIZE_T_MAX);
    return ask(Wish::read);
}

py::ref Exchange::read_some() {
    whole_ = false;
    limit_ = most_of_a_piece;
    return ask(Wish::read);
}

py::ref Exchange::write(std::string_view data) {
    check_may_send();
    check_idle();
    bytes_.assign(data);
    return ask(Wish::write);
}

/// A thread that waits may delete this as soon as it is released, and would only wait for a lock: nothing follows.
/// Where it may be about to suspend the connection, it takes the same lock before it deletes this.
void Exchange::hand() noexcept {
    std::unique_lock lock(mutex_);
    if (!is_handed_back_ && !is_suspended_) {
        lock.unlock();
        return asked_.release();
    }
    asked_.release();
    if (is_suspended_)
        wake();
}

void Exchange::hand_back() noexcept {
    handed_back_ = is_handed_back_ = true;
    hand();
}

void Exchange::resolve_with(const py::ref &future, py::borrowed value) {
    const py::ref done = py::check(PyObject_CallMethod(future.get(), "done", nullptr)); // True if it was cancelled
    if (done.get() != Py_True)
        py::check(PyObject_CallMethod(future.get(), "set_result", "O", static_cast<PyObject *>(value)));
}

void Exchange::fail(py::ref exception) {
    note_failure(std::move(exception));
    end();
}

/// Ends the exchange. If a task was cancelled while the other thread still works for it, the exchange ends when that
/// work arrives.
void Exchange::end() noexcept {
    ended_ = true;
    if (!is_settled())
        return;
    object_->exchange = nullptr;
    py::ref::steal(std::exchange(object_, nullptr));
    cancel_ = {};
    running_.reset();
    forget();
    loop_.let_go(*this);
    wish_ = Wish::finish;
    if (ends_before_its_task())
        hand();
    else
        loop_.let_go_on(*this);
}

/// True if the other thread does not refer to this any more, so it may end. Otherwise the exchange arrives again.
bool Exchange::is_settled() noexcept {
    const std::lock_guard lock(mutex_);
    is_silent_ = !waiter_ && !is_posted_;
    return is_silent_;
}

void Exchange::cancel(Why why) noexcept {
    const py::ref cancel = std::move(cancel_);
    if (!cancel || ended_)
        return;
    cancelled_ = why;
    told_at_ = Clock::now();
    if (!py::ref::steal(PyObject_CallNoArgs(cancel.get())))
        py::write_unraisable(cancel.get());
}

bool Exchange::is_endless() const noexcept { return !is_busy() && apache::is_endless(record()); }

} // namespace pyhook
