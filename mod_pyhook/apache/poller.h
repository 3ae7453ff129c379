// apache/poller.h: the thread of a child that waits for all its suspended connections.
#pragma once

#include "apache/suspended.h"

#include <set>

namespace apache {

class Poller {
public:
    /// The poller of this process, which lives as long as the process.
    static Poller &here();

    /// True at the first call, whose caller then makes the poller's thread. False if no descriptor is left: then no
    /// connection is suspended.
    bool wants_thread() noexcept;
    bool runs() const noexcept { return !stopped_; }
    static void *main(void *self) noexcept;

    /// Ends the thread: after this it touches nothing.
    void stop() noexcept;

    void wake(Suspended &suspended) noexcept;

    /// The error code of the entry that tells of too many connections.
    void set_code(const char *code) noexcept { code_ = code; }

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
    void count_one_more();

    const int wake_; // an eventfd
    const int poll_; // an epoll descriptor
    std::atomic<Suspended *> woken_{nullptr};
    std::atomic<bool> started_{false};
    std::atomic<bool> stops_{false};
    std::atomic<bool> stopped_{true};
    const char *code_ = "";
    int count_ = 0;     // of the connections that the MPM has let go
    bool told_ = false; // the log says that there are many
    std::set<std::pair<Clock::time_point, Suspended *>> due_;
};

} // namespace apache
