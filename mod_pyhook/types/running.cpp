#include "types/running.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit RunningCalls calls;

} // namespace

constinit bool RunningCalls::watched_ = false;

RunningCalls &RunningCalls::here() noexcept { return calls; }

RunningCall::Facts RunningCall::facts_of(const Request &request, State &state, const request_rec &r) noexcept {
    return {.number = 0,
            .request = &request,
            .state = &state,
            .record = &r,
            .method = r.method,
            .uri = uri_of(r),
            .client = r.useragent_ip,
            .thread = py::OtherThread::here()};
}

RunningCall::RunningCall(const Request &request, State &state, const request_rec &r) noexcept
    : facts_(facts_of(request, state, r)) {
    const std::lock_guard lock(calls.mutex_);
    facts_.number = ++calls.last_number_;
    place_ = &calls.first_;
    next_ = std::exchange(calls.first_, this);
    if (next_ != nullptr)
        next_->place_ = &next_;
}

/// An exception that comes too late must not hit the next request of the thread. A forked process has no other thread,
/// and the lock may be held there for ever.
RunningCall::~RunningCall() {
    if (py::forked())
        return;
    const std::lock_guard lock(calls.mutex_);
    *place_ = next_;
    if (next_ != nullptr)
        next_->place_ = place_;
    if (is_interrupted_)
        facts_.thread.forget_interrupt();
}

void RunningCall::protect() noexcept {
    if (py::forked())
        return;
    const std::lock_guard lock(calls.mutex_);
    ++protections_;
    if (std::exchange(is_interrupted_, false))
        facts_.thread.forget_interrupt();
}

void RunningCall::expose() noexcept {
    if (py::forked())
        return;
    const std::lock_guard lock(calls.mutex_);
    --protections_;
}

bool RunningCall::interrupt(py::borrowed type) noexcept {
    if (protections_ > 0 || facts_.thread.is_outside())
        return false;
    facts_.thread.interrupt(type);
    is_interrupted_ = true;
    return true;
}

} // namespace pyhook
