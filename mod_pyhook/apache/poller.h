// apache/poller.h: the thread of a child that waits for all of its suspended connections.
#pragma once

#include "apache/suspended.h"

#include <set>

namespace apache {

class Poller {
public:
    /// As long as the process. `start` gives it its thread, when it has none.
    static Poller &here();

    /// Once, for a thread of the caller's making. Not where no descriptor is left: then nothing is suspended.
    bool wants_thread() noexcept;
    bool runs() const noexcept { return !stopped_; }
    static void *main(void *self) noexcept;

    /// Its thread touches nothing any more when this returns.
    void stop() noexcept;

    void wake(Suspended &suspended) noexcept;

private:
    using Clock = Suspended::Clock;
    using Life = Suspended::Life;

    Poller() noexcept;
    void run();
    void wait();
    void take_woken(Clock::time_point now);
    void take_due(Clock::time_point now);
    bool begin(Suspended &suspended, Clock::time_point now);
    void visit(Suspended &suspended, Clock::time_point now);
    bool advance(Suspended &suspended, Clock::time_point now);
    static void enter(Suspended &suspended, Life life, Clock::time_point until) noexcept;
    void schedule(Suspended &suspended);
    void end(Suspended &suspended);

    const int wake_; // an eventfd
    const int poll_; // an epoll descriptor
    std::atomic<Suspended *> woken_{nullptr};
    std::atomic<bool> started_{false};
    std::atomic<bool> stops_{false};
    std::atomic<bool> stopped_{true};
    std::set<std::pair<Clock::time_point, Suspended *>> due_;
};

} // namespace apache
