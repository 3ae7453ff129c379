// loops/coroutine.h: a content handler's coroutine or async generator, run on the event loop of its interpreter.
#pragma once

#include "loops/exchange.h"

namespace pyhook {

class HandlerExchange final : public Exchange {
public:
    HandlerExchange(Loop &loop, Request &request, py::borrowed target)
        : Exchange(loop, request.record(), std::nullopt), target_(py::ref::share(target)) {
        set_request(request);
    }

    /// Waits until it is done. Attached. Gives the result, or throws what was raised.
    py::ref run();

    static PyTypeObject *make_type();

private:
    int conclude() noexcept override { return OK; }
    apr_status_t send() noexcept override;
    ExchangeObject *make_object() override;
    py::ref begin_task(ExchangeObject *object) override;

    py::ref target_;
};

/// Did a callable return a coroutine, another awaitable, or an async iterator?
bool is_asynchronous(py::borrowed result) noexcept;

/// What it comes to, on the loop of the attached interpreter; of an async iterator, None once all of it was sent.
/// Throws what was raised.
py::ref awaited(Request &request, py::borrowed target);

} // namespace pyhook
