#include "asgi/exchange.h"

#include "py/attach.h"

#include "asgi/state.h"
#include "call/exception.h"

#include "py/poison.h"

namespace pyhook::asgi {

namespace {

std::string_view bytes_or_raise(py::borrowed object, const char *what) {
    PyObject *bytes = object;
    if (!PyBytes_Check(bytes))
        py::raise(PyExc_TypeError, "%s is bytes, not %.100s", what, Py_TYPE(bytes)->tp_name);
    return {PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))};
}

/// Makes a head from an iterable of two-item iterables, which are names and values.
gateway::Head head_from(request_rec *r, int status, py::borrowed headers) {
    gateway::Head head(r, status);
    const py::ref pairs = py::check(PySequence_Tuple(headers));
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(pairs.get()); ++at) {
        const py::ref pair = py::check(PySequence_Tuple(PyTuple_GET_ITEM(pairs.get(), at)));
        if (PyTuple_GET_SIZE(pair.get()) != 2)
            py::raise_showing(PyExc_TypeError, "a header is a pair of name and value, not", pair);
        const std::string_view name = bytes_or_raise(PyTuple_GET_ITEM(pair.get(), 0), "the name of a header");
        if (!gateway::is_hop_by_hop(name)) // an application's header is ignored: httpd manages the connection
            head.add(name, bytes_or_raise(PyTuple_GET_ITEM(pair.get(), 1), "the value of a header"));
    }
    return head;
}

} // namespace

int HTTPExchange::run() { return serve() ? conclude() : SUSPENDED; }

/// Reads the outcome of the task only if the task failed. After a complete response it does not matter.
void HTTPExchange::forget() noexcept {
    if (is_complete_)
        forget_outcome();
}

int HTTPExchange::conclude() noexcept {
    const int status = answer();
    watch_.stop(times_);
    return status;
}

int HTTPExchange::answer() noexcept {
    if (file_ != nullptr)
        response_.send_file(file_, 0, file_size_);
    else if (is_complete_)
        response_.send_last(last_);
    if (is_complete_)
        return OK;
    return answer_failure();
}

int HTTPExchange::answer_failure() noexcept try {
    const py::attached here(state_.interpreter);
    int status = HTTP_INTERNAL_SERVER_ERROR;
    try {
        take_result();
    } catch (const py::error &) {
        status = status_of_exception(record(), site());
    }
    response_.abandon();
    return pyhook::fail(record(), site(), status);
} catch (const std::bad_alloc &) {
    response_.abandon();
    return conclude_without_python();
}

py::ref HTTPExchange::begin_task(ExchangeObject *object) {
    return begin_with(object, state_.kept<AsgiState>().begin, "http");
}

py::ref HTTPExchange::begin_with(ExchangeObject *object, py::borrowed begin, const char *type) {
    const py::borrowed application = enter();
    return py::call(begin, object, application, state_.kept<AsgiState>().scopes.make(request(), mount_, type));
}

py::borrowed HTTPExchange::enter() {
    Request *request = Request::of(state_, record());
    set_request(*request);
    request->phase = "handler";
    request->place = &mount_.place;
    try {
        return pyhook::resolve(state_, *mount_.application);
    } catch (const Unresolved &problem) { // the thread that handed the request over has resolved it
        py::restore(problem.exception.copy());
        throw py::error();
    }
}

ExchangeObject *HTTPExchange::make_object() { return py::make<HTTPObject>(state_.kept<AsgiState>().exchange); }

bool HTTPExchange::has_body() const noexcept { return ap_request_has_body(record()) != 0; }

void HTTPExchange::start(int status, py::borrowed headers) {
    check_idle();
    response_.start(head_from(record(), status, headers));
}

void HTTPExchange::check_may_send() const {
    if (!response_.is_started())
        py::raise(PyExc_RuntimeError, "the response has no head yet: send 'http.response.start' first");
}

/// Runs on the request's own thread.
apr_status_t HTTPExchange::send() noexcept {
    response_.send(bytes());
    return response_.client_has_gone() ? APR_ECONNABORTED : APR_SUCCESS;
}

void HTTPExchange::complete(std::string_view data) {
    check_may_send();
    last_.assign(data);
    is_complete_ = true;
    finish(py::ref());
}

void HTTPExchange::complete_with(const char *path) {
    check_may_send();
    check_idle();
    const auto [file, size] = open_file(record(), path);
    file_ = file;
    file_size_ = size;
    is_complete_ = true;
    finish(py::ref());
}

std::span<PyMethodDef> HTTPObject::methods() {
    static PyMethodDef rows[] = {
        py::method<&HTTPObject::read_some, "read_some()", "A future of the bytes that come next; b'' at the end.">(),
        py::method<&HTTPObject::start, "start(status, headers)", "The head of the response.">(),
        py::method<&HTTPObject::complete, "complete(data)", "The last of the body; the request is over.">(),
        py::method<&HTTPObject::complete_with, "complete_with(path)", "A file is the body; the request is over.">(),
    };
    return rows;
}

PyTypeObject *HTTPObject::make_type() {
    static auto *methods = py::joined({ExchangeObject::methods(), HTTPObject::methods()});
    static PyGetSetDef properties[] = {
        py::property<&HTTPObject::has_body>("has_body", "Does the client send one?"),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<HTTPObject>),
        py::slot(Py_tp_methods, methods),
        py::slot(Py_tp_getset, static_cast<PyGetSetDef *>(properties)),
        {Py_tp_doc, const_cast<char *>("A request that an ASGI application answers.")},
        {},
    };
    PyType_Spec spec = {"pyhook.asgi.Exchange", sizeof(HTTPObject), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return py::make_type(spec);
}

} // namespace pyhook::asgi
