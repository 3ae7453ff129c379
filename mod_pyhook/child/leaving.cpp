#include "child/leaving.h"

#include "py/thread.h"

#include "apache/sigterm.h"

#include <thread>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::chrono::milliseconds look_again{20};

} // namespace

void Leaving::start(std::function<void()> leave) {
    leave_ = std::move(leave);
    py::start_thread("pyhook leave", &Leaving::main, this);
}

void Leaving::begin() noexcept {
    Clock::rep none = 0;
    if (begin_.compare_exchange_strong(none, Clock::now().time_since_epoch().count()))
        sem_post(&begun_);
}

void *Leaving::main(void *self) noexcept {
    auto &leaving = *static_cast<Leaving *>(self);
    while (sem_wait(&leaving.begun_) != 0) {
    }
    while (Clock::now() < leaving.until(for_callables)) {
        std::this_thread::sleep_for(look_again);
        apache::repeat_sigterm();
    }
    leaving.leave_();
    return nullptr;
}

} // namespace pyhook
