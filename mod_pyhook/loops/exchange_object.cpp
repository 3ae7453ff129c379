#include "call/forked.h"
#include "loops/exchange.h"
#include "loops/loop.h"

#include "py/poison.h"

namespace pyhook {

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
    case Exchange::Why::timed_out:
        return "timed out";
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

} // namespace pyhook
