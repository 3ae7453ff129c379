#include "hooks/leaving.h"

#include "py/thread.h"

#include <thread>

#include "py/poison.h"

namespace pyhook {

void Leaving::start(std::function<void()> leave) {
    leave_ = std::move(leave);
    py::start_thread(&Leaving::main, this);
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
    std::this_thread::sleep_until(leaving.until(for_callables));
    leaving.leave_();
    return nullptr;
}

} // namespace pyhook
