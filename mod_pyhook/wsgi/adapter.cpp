#include "wsgi/adapter.h"

#include "py/attach.h"

#include "apache/log.h"

#include "call/exception.h"
#include "call/forked.h"
#include "call/latency.h"
#include "wsgi/environ.h"
#include "wsgi/file_wrapper.h"
#include "wsgi/input.h"
#include "wsgi/start_response.h"

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

/// What the adapter keeps for one interpreter, so that a request makes few objects.
struct WsgiState {
    WsgiState()
        : start_response(StartResponse::make_type()), input(Input::make_type()), file_wrapper(FileWrapper::make_type()),
          close(py::to_python("close")), environs(py::call(py::attribute(py::import("pyhook.streams"), "LogStream"),
                                                           py::to_python("error"),
                                                           py::to_python("<wsgi.errors>")),
                                                  reinterpret_cast<PyObject *>(file_wrapper)) {}

    PyTypeObject *start_response;
    PyTypeObject *input;
    PyTypeObject *file_wrapper;
    py::ref close; // the name
    PlainFiles plain_files;
    Environs environs;
};

/// A contextvars variable that code sets in this scope is gone after it. The code sees no variable that was set before.
class fresh_context {
public:
    fresh_context() : context_(py::check(PyContext_New())) { py::check(PyContext_Enter(context_.get())); }
    fresh_context(const fresh_context &) = delete;
    fresh_context &operator=(const fresh_context &) = delete;
    ~fresh_context() {
        if (PyContext_Exit(context_.get()) != 0) // only if code left a context of its own entered
            py::write_unraisable(context_.get());
    }

private:
    py::ref context_;
};

/// The application did something that PEP 3333 does not allow.
struct Misuse {
    std::string what;
};

std::string type_of(PyObject *object) { return Py_TYPE(object)->tp_name; }

class ApplicationCall {
public:
    ApplicationCall(State &state, Request &request, const Site &site, Response &response)
        : state_(state), kept_(state.kept<WsgiState>()), request_(request), site_(site), response_(response) {}

    /// The mount is null for a callable that a handler returned.
    void run(py::borrowed application, const Mount *mount, gateway::BodyLength length);

private:
    void send(py::borrowed result);
    void send_items(py::borrowed items);
    bool send_as_file(py::borrowed result);
    void iterate(py::borrowed result);
    void close(py::borrowed result);
    void check_item(PyObject *item) const;
    void check_started() const;
    void tell_ending() const;

    State &state_;
    WsgiState &kept_;
    Request &request_;
    const Site &site_;
    Response &response_;
};

py::ref make_environ(Request &request, const Mount *mount, gateway::BodyLength length) {
    static constexpr apache::Place nowhere;
    auto &kept = request.state->kept<WsgiState>();
    return kept.environs.make({.mount = mount,
                               .place = request.place == nullptr ? nowhere : *request.place,
                               .request = request,
                               .input = Input::make(kept.input, request),
                               .length = length});
}

/// Cuts start_response off when the call is over.
class Started {
public:
    explicit Started(py::ref object) : object_(std::move(object)) {}
    Started(const Started &) = delete;
    Started &operator=(const Started &) = delete;
    ~Started() { static_cast<StartResponse *>(object_.get())->response = nullptr; }

    operator py::borrowed() const { return object_; } // NOLINT(google-explicit-constructor)

private:
    py::ref object_;
};

void ApplicationCall::run(py::borrowed application, const Mount *mount, gateway::BodyLength length) {
    const fresh_context context;
    const py::ref environ = make_environ(request_, mount, length);
    const Started start(StartResponse::make(state_, kept_.start_response, response_, request_.record()->connection));
    const py::ref result = py::call(application, environ, start);
    leave_if_forked(request_.record(), site_);
    send(result);
    tell_ending();
}

void ApplicationCall::send(py::borrowed result) {
    PyObject *object = result;
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return send_items(result);
    if (PyBytes_Check(object) || PyUnicode_Check(object) || object == Py_None)
        throw Misuse{"returned " + type_of(object) + ": expected an iterable of bytes, a list [body] for example"};
    try {
        if (!send_as_file(result))
            iterate(result);
    } catch (const py::error &) {
        leave_if_forked(request_.record(), site_);
        const py::error_kept kept;
        close(result);
        throw;
    } catch (const Misuse &) {
        close(result);
        throw;
    }
    if (PyGen_CheckExact(object) == 0) // a generator that has ended has nothing to close; another close() may take long
        response_.finish_now();
    close(result);
}

void ApplicationCall::send_items(py::borrowed items) {
    const py::ref kept = py::check(PySequence_Tuple(items));
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(kept.get()); ++at)
        check_item(PyTuple_GET_ITEM(kept.get(), at));
    check_started();
    response_.send_all(kept);
}

bool ApplicationCall::send_as_file(py::borrowed result) {
    if (Py_TYPE(static_cast<PyObject *>(result)) != kept_.file_wrapper)
        return false;
    check_started();
    const auto part =
        file_part(request_.record(), *static_cast<FileWrapper *>(static_cast<PyObject *>(result)), kept_.plain_files);
    if (part)
        response_.send_file(part->file, part->offset, part->size);
    return part.has_value();
}

void ApplicationCall::iterate(py::borrowed result) {
    const py::ref iterator = py::ref::steal(PyObject_GetIter(result));
    if (!iterator) {
        if (!py::pending(PyExc_TypeError))
            throw py::error();
        PyErr_Clear();
        const bool is_coroutine = PyCoro_CheckExact(static_cast<PyObject *>(result)) != 0;
        throw Misuse{"returned " + type_of(result) + ": expected an iterable of bytes" +
                     (is_coroutine ? "; an application that is async def is an ASGI application, for PyHookASGI or "
                                     "PyHookASGIAlias"
                                   : "")};
    }
    const auto next = [&] { return py::ref::steal(PyIter_Next(iterator.get())); };
    while (const py::ref item = response_.while_making(next)) {
        leave_if_forked(request_.record(), site_);
        check_item(item.get());
        const std::string_view piece(PyBytes_AS_STRING(item.get()),
                                     static_cast<std::size_t>(PyBytes_GET_SIZE(item.get())));
        if (!piece.empty()) {
            check_started();
            response_.add(piece);
        }
        if (!response_.wants_more())
            return;
    }
    if (PyErr_Occurred() != nullptr)
        throw py::error();
    leave_if_forked(request_.record(), site_);
    check_started();
}

/// Calls close(). Its errors are logged, but change nothing for the client.
void ApplicationCall::close(py::borrowed result) {
    const py::ref method = py::ref::steal(PyObject_GetAttr(result, kept_.close.get()));
    if (!method && py::pending(PyExc_AttributeError))
        return PyErr_Clear();
    const auto call = [&] { return method ? py::ref::steal(PyObject_CallNoArgs(method.get())) : py::ref(); };
    const py::ref closed = response_.while_making(call);
    leave_if_forked(request_.record(), site_);
    if (!closed)
        report(request_.record(), code::raised, site_, "raised in close()", py::take_exception().get());
}

void ApplicationCall::check_item(PyObject *item) const {
    if (!PyBytes_Check(item))
        throw Misuse{"gave a body with an item of type " + type_of(item) + ": expected bytes"};
}

void ApplicationCall::check_started() const {
    if (!response_.is_started() && !response_.was_replaced())
        throw Misuse{"has not called start_response: expected start_response(status, headers) before the body"};
}

void ApplicationCall::tell_ending() const {
    request_rec *r = request_.record();
    const auto inform = [&](const char *what) { note(r, site_, what); };
    if (response_.client_has_gone())
        inform("finds that the client has gone");
    else if (response_.was_replaced() && response_.is_started())
        inform(r->next != nullptr ? "gave a response that is dropped: an internal redirect has answered"
                                  : "gave a response that is dropped: httpd has answered");
    else if (response_.was_cut())
        report(r, code::wrong_length, site_, "gave more than its Content-Length: the rest is not sent", {});
    else if (response_.is_short())
        report(r, code::wrong_length, site_, "gave less than its Content-Length: the response is broken off", {});
}

/// Runs the call. Returns OK, or the status of a failure, which is logged.
template <class Run> int outcome(request_rec *r, const Site &site, Run run) {
    try {
        run();
        return OK;
    } catch (const Unresolved &problem) {
        return status_of(r, site, problem);
    } catch (const Misuse &misuse) {
        report(r, code::not_wsgi, site, misuse.what, {});
        return HTTP_INTERNAL_SERVER_ERROR;
    } catch (const py::error &) {
        leave_if_forked(r, site);
        return status_of_exception(r, site);
    }
}

/// Runs attached. If it returns OK, `response` has all that is to be sent, or `finish` sends the rest.
int call(State &state, request_rec *r, const Mount &mount, Response &response) {
    Request *found = Request::find(state, r);
    if (found == nullptr)
        return HTTP_INTERNAL_SERVER_ERROR;
    Request &request = *found;
    const serving here(r->connection, found);
    gateway::BodyLength length;
    if (const int problem = receive(request, length); problem != OK)
        return problem;
    const Site site{"wsgi", mount.application->spec};
    const char *outer_phase = std::exchange(request.phase, "handler");
    const apache::Place *outer_place = std::exchange(request.place, &mount.place);
    ApplicationCall made(state, request, site, response);
    const int status = outcome(r, site, [&] {
        const py::borrowed application = resolve(state, *mount.application);
        const measured here(state, site);
        made.run(application, &mount, length);
    });
    request.phase = outer_phase;
    request.place = outer_place;
    if (status == OK)
        return OK;
    response.abandon();
    return fail(r, site, status);
}

} // namespace

py::ref environ_of(Request &request) { return make_environ(request, nullptr, {}); }

int send_result(Request &request, const Site &site, py::borrowed result) {
    request_rec *r = request.record();
    Response response(r);
    ApplicationCall call(*request.state, request, site, response);
    const int status = outcome(r, site, [&] { call.run(result, nullptr, {}); });
    if (status == OK) {
        response.finish();
        return OK;
    }
    response.abandon();
    return fail(r, site, status);
}

int serve(State &state, request_rec *r, const Mount &mount) {
    Response response(r);
    {
        const py::attached here(state.interpreter);
        if (const int status = call(state, r, mount, response); status != OK)
            return status;
    }
    response.finish();
    return OK;
}

} // namespace pyhook::wsgi
