// loops/semaphore.h: a semaphore for waits that take longer than a switch to another thread.
#pragma once

#include <cerrno>
#include <chrono>
#include <ctime>
#include <semaphore.h>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace pyhook {

/// A thread that must wait sleeps at once. The standard library's semaphore tries several times before it sleeps and
/// gives its processor up between the tries. Here that is wasted: another thread must wake up and run Python first.
class Semaphore {
public:
    Semaphore() noexcept { sem_init(&semaphore_, 0, 0); }
    Semaphore(const Semaphore &) = delete;
    Semaphore &operator=(const Semaphore &) = delete;
    ~Semaphore() { sem_destroy(&semaphore_); }

    void release() noexcept { sem_post(&semaphore_); }

    void acquire() noexcept {
        while (sem_wait(&semaphore_) != 0) { // a signal has interrupted it
        }
    }

    bool try_acquire() noexcept { return sem_trywait(&semaphore_) == 0; }

    /// Returns false if nothing was released until then.
    bool try_acquire_until(std::chrono::steady_clock::time_point end) noexcept {
        const auto since_start = end.time_since_epoch();
        const auto seconds = std::chrono::floor<std::chrono::seconds>(since_start);
        const timespec until{.tv_sec = seconds.count(),
                             .tv_nsec = std::chrono::nanoseconds(since_start - seconds).count()};
        int failed;
        do
            failed = sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until);
        while (failed != 0 && errno == EINTR);
#ifdef __SANITIZE_THREAD__
        if (failed == 0) // ThreadSanitizer knows the other functions, not this one
            __tsan_acquire(&semaphore_);
#endif
        return failed == 0;
    }

private:
    sem_t semaphore_;
};

} // namespace pyhook
