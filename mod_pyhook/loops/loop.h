// loops/loop.h: the event loop of one interpreter, as those see it who hand requests to it.
#pragma once

#include "apache/poller.h"

#include "types/request.h"

namespace pyhook {

class Exchange;

class Loop {
public:
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    /// The loop of the attached interpreter. The first call starts it. Throws OSError.
    static Loop &of(State &state);

    /// The loop if `of` has started it, or null.
    static Loop *already(const State &state) noexcept;

    /// True if `of` has started it and it has not ended. Any thread may ask.
    static bool runs(const State &state) noexcept;

    /// Stops the loop, because the interpreter is about to end: tasks are cancelled, the loop closes, and its thread
    /// ends. Returns true after that, or if there was no loop. The caller asks until then.
    static bool stop(const State &state) noexcept;

    /// Hands an exchange over. Any thread may call it, attached or not.
    virtual void post(Exchange &exchange) noexcept = 0;

    virtual State &state() const noexcept = 0;

    /// The poller for connections that a task converses with: that of the loop, on its thread, if it has one.
    virtual apache::Poller &poller() noexcept = 0;

    // The functions below are for the loop's thread, attached.

    /// The loop may use the records of the exchange until `let_go`.
    virtual void hold(Exchange &exchange) = 0;
    virtual void let_go(Exchange &exchange) noexcept = 0;

    /// Lets the thread of an exchange whose task is done go on: at once, or soon, together with others. To be woken up
    /// one by one, while the loop goes on, takes longer; and some of them need the GIL.
    virtual void let_go_on(Exchange &exchange) noexcept = 0;

    /// Throws the reason why the loop could not be started or has failed, if there is one.
    virtual void check_running() const = 0;

    /// The function of pyhook.loops that starts a handler's task.
    virtual py::borrowed begin() const noexcept = 0;

    virtual py::ref make_future() = 0;

    /// An object that a task can await, and then `tell`. A Future takes longer.
    virtual py::ref make_awaited() = 0;

    /// The task that runs now serves this request.
    virtual void enter(Request &request) const = 0;

protected:
    Loop() = default;
    ~Loop() = default;
};

} // namespace pyhook
