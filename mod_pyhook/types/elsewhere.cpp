#include "types/elsewhere.h"

#include "types/running.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

RunningElsewhere::All &RunningElsewhere::all() noexcept {
    static constinit All elsewhere;
    return elsewhere;
}

RunningElsewhere::RunningElsewhere(Facts facts, py::ref cancel) noexcept : facts_(facts), cancel_(std::move(cancel)) {
    const request_rec &r = *facts.record;
    facts_.method = r.method;
    facts_.uri = uri_of(r);
    facts_.client = r.useragent_ip;
    const std::lock_guard lock(all().mutex);
    facts_.number = ++all().last_number;
    place_ = &all().first;
    next_ = std::exchange(all().first, this);
    if (next_ != nullptr)
        next_->place_ = &next_;
}

RunningElsewhere::RunningElsewhere(State &state, const request_rec &r, py::ref cancel) noexcept
    : RunningElsewhere(Facts{.record = &r, .state = &state}, std::move(cancel)) {}

RunningElsewhere::RunningElsewhere(const char *processes, const request_rec &r) noexcept
    : RunningElsewhere(Facts{.record = &r, .processes = processes}, py::ref()) {}

RunningElsewhere::~RunningElsewhere() {
    if (py::forked()) // there the lock may be held for ever
        return;
    const std::lock_guard lock(all().mutex);
    *place_ = next_;
    if (next_ != nullptr)
        next_->place_ = place_;
}

void RunningElsewhere::goes_to(pid_t pid) noexcept {
    const std::lock_guard lock(all().mutex);
    facts_.pid = pid;
}

} // namespace pyhook
