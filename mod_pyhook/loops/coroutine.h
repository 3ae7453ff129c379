// loops/coroutine.h: runs the coroutine or async generator of a content handler on the event loop of its interpreter.
#pragma once

#include "config/target.h"
#include "loops/exchange.h"

namespace pyhook {

/// The result is the value of the coroutine, or None for an async generator, after all its pieces were sent. Who uses
/// it derives a class.
class HandlerExchange : public Exchange {
public:
    HandlerExchange(Loop &loop, request_rec *r, Patience patience) noexcept : Exchange(loop, r, patience) {}

    static PyTypeObject *make_type();

private:
    apr_status_t send() noexcept override;
    ExchangeObject *make_object() override;
    py::ref begin_task(ExchangeObject *object) override;

    /// The coroutine or async generator. Runs on the loop's thread, attached, and has set the request.
    virtual py::ref make_target() = 0;
};

/// True if a callable returned a coroutine, another awaitable, or an async iterator.
bool is_asynchronous(py::borrowed result) noexcept;

/// From now on the event loop, if it runs, calls the handler of this target itself if `callable` is a coroutine
/// function: a call of it makes a coroutine or an async generator and runs no other code. Runs attached.
void let_loop_call(State &state, const Target &target, py::borrowed callable) noexcept;

/// True if the calling thread, which need not be attached, may leave that to the loop.
bool is_called_by_loop(const State &state, const Target &target) noexcept;

} // namespace pyhook
