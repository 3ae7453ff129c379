#include "py/attach.h"

#include "apache/framing.h"

#include "call/exception.h"
#include "call/latency.h"
#include "call/transmission.h"
#include "config/config.h"
#include "loops/coroutine.h"
#include "loops/loop.h"
#include "phases/answer.h"

#include "py/poison.h"

namespace pyhook {

namespace {

class ContentExchange : public HandlerExchange {
public:
    /// The status for the result of the coroutine. Throws what it raised. Runs attached.
    int answer(Transmission &body) {
        const PhaseRun run{request(), phase_, &body};
        const py::ref result = take_result();
        const bool had_begun = apache::has_begun(record());
        const int status = answer_with(run, site_, result);
        return status == DECLINED && had_begun ? refuse(run) : status;
    }

protected:
    ContentExchange(Loop &loop, request_rec *r, const Phase &phase, const Site &site)
        : HandlerExchange(loop, r, DirConfig::of(r->per_dir_config).patience.value), phase_(phase), site_(site),
          body_(r), times_(latency_of(loop.state(), site)) {}

    /// Answers the request, on a thread that is not attached and to which nobody returns: one of the MPM, where the
    /// connection is suspended.
    int conclude() noexcept override {
        try {
            const int status = answered_ ? *answered_ : answer_attached();
            body_.finish();
            watch_.stop(times_);
            return record()->eos_sent != 0 ? DONE : status;
        } catch (const std::bad_alloc &) {
            return conclude_without_python();
        }
    }

    /// Finds or makes the request's view. Returns null, and has written to the log, if the request is about to end.
    /// Runs attached.
    Request *show() {
        Request *request = Request::find(loop().state(), record());
        if (request != nullptr)
            set_request(*request);
        return request;
    }

    const Phase &phase_;
    const Site site_; // its words live as long as the configuration, or as the interpreter
    Transmission body_;
    std::optional<int> answered_; // the status, if the loop's thread has answered

private:
    /// Nobody can answer after the head is on its way. When it goes out depends on the time that the coroutine takes.
    int refuse(const PhaseRun &run) {
        report(record(), code::wrong_result, site_, "returned DECLINED after its response had begun", {});
        return failed(record(), run.phase, site_, HTTP_INTERNAL_SERVER_ERROR);
    }

    int answer_attached() {
        const py::attached here(loop().state().interpreter);
        Request *request = show(); // a loop that has failed has not shown it
        if (request == nullptr) {
            forget_outcome();
            return HTTP_INTERNAL_SERVER_ERROR;
        }
        const serving served(connection(), request);
        int status = OK;
        try {
            status = answer(body_);
        } catch (const py::error &) {
            status = failed(record(), phase_, site_, status_of_exception(record(), site_));
        }
        request->phase = nullptr;
        request->place = nullptr;
        return status;
    }

    apache::Histogram *times_;
    Stopwatch watch_;
};

/// Of a handler that has returned a coroutine. Its thread waits in the handler's call.
class ReturnedExchange final : public ContentExchange {
public:
    ReturnedExchange(const PhaseRun &run, const Site &site, py::borrowed target)
        : ContentExchange(Loop::of(*run.request.state), run.request.record(), run.phase, site),
          target_(py::ref::share(target)) {
        set_request(run.request);
    }

    /// Waits until the coroutine is done. Runs attached. Returns false when the connection was suspended: the calling
    /// thread may not use the request any more, and only the poller may delete this.
    bool run() {
        check_may_wait();
        return py::while_detached([this] { return serve(); });
    }

private:
    py::ref make_target() override { return std::move(target_); }

    py::ref target_;
};

/// Of a coroutine function, which the loop calls. Its thread needs no Python, unless the answer needs more than bytes.
class CalledExchange final : public ContentExchange {
public:
    CalledExchange(Loop &loop, request_rec *r, const Phase &phase, const Placed &placed)
        : ContentExchange(loop, r, phase, {phase.name, placed.target->spec}), placed_(placed) {}

    int run() noexcept { return serve() ? conclude() : SUSPENDED; }

private:
    py::ref make_target() override {
        Request *request = show();
        if (request == nullptr) {
            answered_ = HTTP_INTERNAL_SERVER_ERROR;
            py::raise(PyExc_RuntimeError, "the request is about to end");
        }
        request->phase = phase_.name;
        request->place = &placed_.place;
        try {
            return py::call(pyhook::resolve(loop().state(), *placed_.target), static_cast<PyObject *>(request));
        } catch (const Unresolved &problem) { // it was resolved before
            py::restore(problem.exception.copy());
            throw py::error();
        }
    }

    /// Makes the answer, if it is done in no time, while nobody else uses the records: then the request's thread needs
    /// no Python any more.
    void forget() noexcept override {
        if (!answered_ && !is_suspended())
            answer_here();
        if (answered_)
            forget_outcome();
    }

    /// What can't be made into bytes is raised again on the request's own thread.
    void answer_here() noexcept {
        const py::maybe given = result();
        if (!given || !(*given == Py_None || is_small_body(*given)))
            return;
        try {
            answered_ = answer_with({request(), phase_, &body_}, site_, *given);
            request().phase = nullptr;
            request().place = nullptr;
        } catch (const py::error &) {
            py::take_exception();
        } catch (const std::bad_alloc &) { // the other thread tries
        }
    }

    const Placed &placed_;
};

} // namespace

int answer_on_loop(const PhaseRun &run, const Site &site, py::borrowed target) {
    auto exchange = std::make_unique<ReturnedExchange>(run, site, target);
    if (exchange->run())
        return exchange->answer(*run.body);
    static_cast<void>(exchange.release()); // the poller deletes it
    return SUSPENDED;
}

int call_on_loop(State &state, request_rec *r, const Phase &phase, const Placed &placed) {
    auto exchange = std::make_unique<CalledExchange>(*Loop::already(state), r, phase, placed);
    const int status = exchange->run();
    if (status == SUSPENDED)
        static_cast<void>(exchange.release()); // the poller deletes it
    return status;
}

} // namespace pyhook
