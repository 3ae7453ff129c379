// apache/loop_poller.h: a poller without a thread: an event loop waits for it, and serves its sockets between tasks.
#pragma once

#include "apache/poller.h"

#include <thread>

namespace apache {

/// Where a task hears and answers, no other thread has to wake up for it. The child's poller hands the sockets over,
/// and gets them back. The functions are for the thread that has made this, if nothing else is said.
class LoopPoller final : public Poller {
public:
    LoopPoller();
    LoopPoller(const LoopPoller &) = delete;
    LoopPoller &operator=(const LoopPoller &) = delete;
    ~LoopPoller();

    /// What the loop waits for: it is readable when there is something to do.
    int descriptor() const noexcept { return poll_; }

    /// Does what there is to do. Never blocks.
    void take_turn() noexcept;

    /// The loop ends: all sockets go to the child's poller.
    void retire() noexcept;

    /// From now on no poller of a loop touches anything. Another thread calls it.
    static void stop_all() noexcept;

private:
    bool visit_now(Waiting &waiting, unsigned what) noexcept override;
    void set_timer() noexcept;

    /// Returns true when nothing is left here, or nothing may be touched any more.
    bool hand_all_over() noexcept;

    /// Held while anything is touched.
    class Turn {
    public:
        explicit Turn(LoopPoller &poller) : lock_(poller.turns_), has_turn_(poller.has_turn_) { has_turn_ = true; }
        Turn(const Turn &) = delete;
        Turn &operator=(const Turn &) = delete;
        ~Turn() { has_turn_ = false; }

    private:
        const std::lock_guard<std::mutex> lock_;
        bool &has_turn_;
    };

    const std::thread::id owner_ = std::this_thread::get_id();
    const int timer_;             // a descriptor
    Clock::time_point timer_set_; // to this time; not set: it does not run
    std::mutex turns_;
    bool has_turn_ = false; // the thread of this: a callable of the error log may come here in the middle of a turn
};

} // namespace apache
