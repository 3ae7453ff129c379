// loops/coroutine.h: runs the coroutine or async generator of a content handler on the event loop of its interpreter.
#pragma once

#include "loops/exchange.h"

namespace pyhook {

class HandlerExchange final : public Exchange {
public:
    HandlerExchange(Loop &loop, Request &request, py::borrowed target)
        : Exchange(loop, request.record(), std::nullopt), target_(py::ref::share(target)) {
        set_request(request);
    }

    /// Waits until the coroutine is done. Runs attached. Gives its result, or throws what it raised.
    py::ref run();

    static PyTypeObject *make_type();

private:
    int conclude() noexcept override { return OK; }
    apr_status_t send() noexcept override;
    ExchangeObject *make_object() override;
    py::ref begin_task(ExchangeObject *object) override;

    py::ref target_;
};

/// True if a callable returned a coroutine, another awaitable, or an async iterator.
bool is_asynchronous(py::borrowed result) noexcept;

/// The result of an awaitable on the loop of the attached interpreter; None for an async iterator, after all its pieces
/// were sent. Throws what it raised.
py::ref awaited(Request &request, py::borrowed target);

} // namespace pyhook
