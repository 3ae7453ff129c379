#include "py/thread.h"

#include "py/error.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <pthread.h>

namespace py {

void start_thread(const char *name, void *(*main)(void *) noexcept, void *argument) {
    sigset_t all;
    sigset_t outer;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &outer);
    pthread_t thread{};
    const int failed = pthread_create(&thread, nullptr, main, argument);
    pthread_sigmask(SIG_SETMASK, &outer, nullptr);
    if (failed != 0)
        throw start_error("a thread could not be made");
    pthread_setname_np(thread, name);
    pthread_detach(thread);
}

bool wait_until(sem_t &semaphore, std::chrono::steady_clock::time_point end) noexcept {
    const auto from_boot = std::chrono::nanoseconds(end.time_since_epoch()).count();
    const timespec moment{.tv_sec = from_boot / 1'000'000'000, .tv_nsec = from_boot % 1'000'000'000};
    while (sem_clockwait(&semaphore, CLOCK_MONOTONIC, &moment) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

} // namespace py
