#include "hooks/leaving.h"

#include "py/thread.h"

#include <chrono>
#include <thread>

#include "py/poison.h"

namespace pyhook {

namespace {

// The parent asks again after three seconds, and kills after nine.
constexpr std::chrono::seconds patience{2};

} // namespace

Leaving::Leaving(std::function<void()> leave) : leave_(std::move(leave)) {
    sem_init(&begun_, 0, 0);
    py::start_thread(&Leaving::main, this);
}

void *Leaving::main(void *self) noexcept {
    auto &leaving = *static_cast<Leaving *>(self);
    while (sem_wait(&leaving.begun_) != 0) {
    }
    std::this_thread::sleep_for(patience);
    leaving.leave_();
    return nullptr;
}

} // namespace pyhook
