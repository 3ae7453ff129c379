#include "loops/exchange.h"

#include "py/attach.h"

#include "apache/framing.h"
#include "apache/response.h"

#include "call/forked.h"
#include "loops/loop.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t most_of_a_piece = 64 * 1024;

} // namespace

py::ref Exchange::take_result() {
    if (cancelled_ == Why::client_gone)
        r_->connection->aborted = 1;
    if (exception_) {
        py::restore(std::move(exception_));
        throw py::error();
    }
    return std::move(result_);
}

void Exchange::serve() noexcept {
    loop_.post(*this);
    for (;;) {
        asked_.acquire();
        if (handed_back_.exchange(false)) { // the task may have finished meanwhile: that is heard afterwards
            converse();
            continue;
        }
        if (wish_ == Wish::finish)
            return;
        if (wish_ == Wish::read)
            receive();
        else
            status_ = send();
        loop_.post(*this);
    }
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

void Exchange::arrive() {
    if (object_ == nullptr)
        begin();
    else
        settle();
}

void Exchange::begin() {
    object_ = make_object();
    object_->exchange = this;
    object_->state = &loop_.state();
    loop_.hold(*this);
    try {
        loop_.check_running();
        cancel_ = begin_task(object_);
    } catch (const py::error &) {
        fail(py::take_exception());
    }
}

/// What was asked for has been done: whoever awaits it goes on.
void Exchange::settle() {
    const py::ref waiter = std::move(waiter_);
    const py::ref done = py::check(PyObject_CallMethod(waiter.get(), "done", nullptr)); // when it was cancelled
    if (done.get() != Py_True)
        resolve(waiter);
    bytes_.clear();
    wish_ = Wish::none;
    if (ended_)
        end();
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
    asked_.release();
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

void Exchange::hand_back() noexcept {
    handed_back_ = true;
    asked_.release();
}

void Exchange::resolve_with(const py::ref &future, py::borrowed value) {
    const py::ref done = py::check(PyObject_CallMethod(future.get(), "done", nullptr)); // when it was cancelled
    if (done.get() != Py_True)
        py::check(PyObject_CallMethod(future.get(), "set_result", "O", static_cast<PyObject *>(value)));
}

void Exchange::finish(py::ref result) {
    result_ = std::move(result);
    end();
}

void Exchange::fail(py::ref exception) {
    exception_ = std::move(exception);
    end();
}

/// What was asked for last is still being done when a task is cancelled meanwhile.
void Exchange::end() noexcept {
    ended_ = true;
    if (!is_settled())
        return;
    object_->exchange = nullptr;
    py::ref::steal(std::exchange(object_, nullptr));
    cancel_ = {};
    forget();
    loop_.let_go(*this);
    wish_ = Wish::finish;
    asked_.release();
}

void Exchange::cancel(Why why) noexcept {
    const py::ref cancel = std::move(cancel_);
    if (!cancel || ended_)
        return;
    cancelled_ = why;
    if (!py::ref::steal(PyObject_CallNoArgs(cancel.get())))
        py::write_unraisable(cancel.get());
}

bool Exchange::is_endless() const noexcept {
    return !is_busy() && r_->content_type != nullptr &&
           ap_cstr_casecmpn(r_->content_type, "text/event-stream", 17) == 0;
}

void ExchangeObject::check_usable() const {
    if (exchange != nullptr)
        leave_if_forked(exchange->connection(), {"loop", "a coroutine"});
    if (exchange == nullptr)
        py::raise(state->request_ended, "the request has ended");
}

py::ref ExchangeObject::enter() {
    Loop::of(*state).enter(exchange->request());
    return py::ref::share(&exchange->request());
}

std::optional<std::string_view> ExchangeObject::cancelled() const {
    switch (exchange->cancelled()) {
    case Exchange::Why::client_gone:
        return "gone";
    case Exchange::Why::stopping:
        return "stopping";
    default:
        return std::nullopt;
    }
}

std::span<PyMethodDef> ExchangeObject::methods() {
    static PyMethodDef rows[] = {
        py::method<&ExchangeObject::enter, "enter()",
                   "The running task is this request's from now on; gives the request.">(),
        py::method<&ExchangeObject::cancelled, "cancelled()",
                   "Why the task was cancelled: 'gone', the client, 'stopping', the server, or None.">(),
        py::method<&ExchangeObject::write, "write(data)", "A future: the piece is on its way to the client.">(),
        py::method<&ExchangeObject::finish, "finish(result)", "The task is done.">(),
        py::method<&ExchangeObject::fail, "fail(exception)", "The task has raised.">(),
    };
    return rows;
}

py::ref HandlerExchange::run() {
    py::while_detached([this] { serve(); });
    return take_result();
}

apr_status_t HandlerExchange::send() noexcept {
    apache::keep_framing(record());
    const apr_status_t status = apache::pass(record(), bytes(), apache::Then::flush);
    return status == APR_SUCCESS && connection()->aborted != 0 ? APR_ECONNABORTED : status;
}

ExchangeObject *HandlerExchange::make_object() { return py::make<ExchangeObject>(loop().exchange_type()); }

py::ref HandlerExchange::begin_task(ExchangeObject *object) {
    const py::ref target = std::move(target_);
    return py::call(loop().begin(), object, target);
}

PyTypeObject *HandlerExchange::make_type() {
    static auto *methods = py::joined({ExchangeObject::methods()});
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<ExchangeObject>),
        py::slot(Py_tp_methods, methods),
        {Py_tp_doc, const_cast<char *>("A request that an event loop answers.")},
        {},
    };
    PyType_Spec spec = {"pyhook.loops.Exchange", sizeof(ExchangeObject), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return py::make_type(spec);
}

bool is_asynchronous(py::borrowed result) noexcept {
    const PyAsyncMethods *methods = Py_TYPE(static_cast<PyObject *>(result))->tp_as_async;
    return methods != nullptr && (methods->am_await != nullptr || methods->am_anext != nullptr);
}

py::ref awaited(Request &request, py::borrowed target) {
    if (Custody::here() != nullptr)
        py::raise(PyExc_RuntimeError, "a coroutine can't wait for another request of its own event loop");
    return HandlerExchange(Loop::of(*request.state), request, target).run();
}

} // namespace pyhook
