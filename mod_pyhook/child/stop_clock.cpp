#include "child/stop_clock.h"

#include "py/thread.h"

#include "apache/mpm.h"

#include <thread>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::chrono::milliseconds look_again{20};

} // namespace

void StopClock::start(std::function<void()> end) {
    end_ = std::move(end);
    py::start_thread("pyhook stop", &StopClock::main, this);
}

void StopClock::begin() noexcept {
    Clock::rep none = 0;
    if (begin_.compare_exchange_strong(none, Clock::now().time_since_epoch().count()))
        sem_post(&begun_);
}

void *StopClock::main(void *self) noexcept {
    auto &clock = *static_cast<StopClock *>(self);
    while (sem_wait(&clock.begun_) != 0) {
    }
    while (Clock::now() < clock.until(for_callables)) {
        std::this_thread::sleep_for(look_again);
        apache::repeat_sigterm();
    }
    clock.end_();
    return nullptr;
}

} // namespace pyhook
