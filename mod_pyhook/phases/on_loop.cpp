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

class ContentExchange final : public HandlerExchange {
public:
    ContentExchange(const PhaseRun &run, const Site &site, py::borrowed target)
        : HandlerExchange(Loop::of(*run.request.state), run.request, target, patience_of(run.request)),
          phase_(run.phase), site_(site), times_(latency_of(*run.request.state, site)) {}

    /// The status for the result of the coroutine. Throws what it raised. Runs attached.
    int answer(Transmission &body) {
        const PhaseRun run{request(), phase_, &body};
        const py::ref result = take_result();
        const bool had_begun = apache::has_begun(record());
        const int status = answer_with(run, site_, result);
        return status == DECLINED && had_begun ? refuse(run) : status;
    }

private:
    static Patience patience_of(const Request &request) {
        return DirConfig::of(request.record()->per_dir_config).patience.value;
    }

    /// Nobody can answer after the head is on its way. When it goes out depends on the time that the coroutine takes.
    int refuse(const PhaseRun &run) {
        report(record(), code::wrong_result, site_, "returned DECLINED after its response had begun", {});
        return failed(record(), run.phase, site_, HTTP_INTERNAL_SERVER_ERROR);
    }

    /// Runs on a thread of the MPM, where the connection is suspended.
    int conclude() noexcept override {
        request_rec *r = record();
        try {
            Transmission body(r);
            const int status = answer_attached(body);
            body.finish();
            watch_.stop(times_);
            return r->eos_sent != 0 ? DONE : status;
        } catch (const std::bad_alloc &) {
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    int answer_attached(Transmission &body) {
        const py::attached here(request().state->interpreter);
        const serving served(connection(), &request());
        int status = OK;
        try {
            status = answer(body);
        } catch (const py::error &) {
            status = failed(record(), phase_, site_, status_of_exception(record(), site_));
        }
        request().phase = nullptr;
        request().place = nullptr;
        return status;
    }

    const Phase &phase_;
    const Site site_; // its words live as long as the configuration, or as the interpreter
    apache::Histogram *times_;
    Stopwatch watch_;
};

} // namespace

int answer_on_loop(const PhaseRun &run, const Site &site, py::borrowed target) {
    auto exchange = std::make_unique<ContentExchange>(run, site, target);
    if (exchange->run())
        return exchange->answer(*run.body);
    static_cast<void>(exchange.release()); // the poller deletes it
    return SUSPENDED;
}

} // namespace pyhook
