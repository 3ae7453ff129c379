// hooks/leaving.h: a child that is told to stop at once leaves in time, though a callable may never return.
#pragma once

#include <functional>
#include <semaphore.h>

namespace pyhook {

/// A thread that waits for the order to stop. httpd waits for its own threads, and kills a child that takes too long.
class Leaving {
public:
    /// `leave` runs in the thread some seconds after the order, if the process is still there. It does not return.
    explicit Leaving(std::function<void()> leave);
    Leaving(const Leaving &) = delete;
    Leaving &operator=(const Leaving &) = delete;

    /// The order. Safe in a signal handler.
    void begin() noexcept { sem_post(&begun_); }

private:
    static void *main(void *self) noexcept;

    std::function<void()> leave_;
    sem_t begun_{};
};

} // namespace pyhook
