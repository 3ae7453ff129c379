// loops/coroutine.h: runs the coroutine or async generator of a content handler on the event loop of its interpreter.
#pragma once

#include "loops/exchange.h"

namespace pyhook {

/// The result is the value of the coroutine, or None for an async generator, after all its pieces were sent. Who uses
/// it derives a class.
class HandlerExchange : public Exchange {
public:
    /// Made attached, on the thread that httpd gave the request to.
    HandlerExchange(Loop &loop, Request &request, py::borrowed target, Patience patience)
        : Exchange(loop, request.record(), patience), target_(py::ref::share(target)) {
        set_request(request);
    }

    /// Waits until the coroutine is done. Runs attached. Returns false when the connection was suspended: the calling
    /// thread may not use the request any more, and only the poller may delete this.
    bool run();

    static PyTypeObject *make_type();

private:
    apr_status_t send() noexcept override;
    ExchangeObject *make_object() override;
    py::ref begin_task(ExchangeObject *object) override;

    py::ref target_;
};

/// True if a callable returned a coroutine, another awaitable, or an async iterator.
bool is_asynchronous(py::borrowed result) noexcept;

} // namespace pyhook
