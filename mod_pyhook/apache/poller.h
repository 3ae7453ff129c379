// apache/poller.h: the thread of a child that waits for the sockets of suspended connections, and for nothing else.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

namespace apache {

class Poller {
public:
    using Clock = std::chrono::steady_clock;

    /// Something that the poller waits for. The functions run on its thread.
    class Waiting {
    public:
        Waiting(const Waiting &) = delete;
        Waiting &operator=(const Waiting &) = delete;

    protected:
        Waiting() = default;
        virtual ~Waiting() = default;

        /// Does what there is to do: after `notify`, when the socket has changed, and at `next_visit`. `happened` has
        /// what `notify` has told since the last visit. Returns false when all is over; `forgotten` then follows,
        /// unless more has been told meanwhile.
        virtual bool visit(unsigned happened, Clock::time_point now) noexcept = 0;
        virtual Clock::time_point next_visit() const noexcept = 0;

        /// The poller has forgotten this.
        virtual void forgotten() noexcept = 0;

        /// The poller whose thread is to serve this from now on. Asked after each visit.
        virtual Poller &wanted_poller() noexcept { return here(); }

        /// Tells the poller of events, a bit each. Any thread may call it.
        void notify(unsigned what) noexcept;

        /// The same, but on the thread of a `LoopPoller` that serves this, the visit is made at once.
        void notify_now(unsigned what) noexcept;

        /// From now on the poller waits for the socket too, until the end. Returns false if it can't.
        bool watch(int socket) noexcept;

        /// Bytes have come that were not read. The code that finds nothing more clears it.
        bool is_readable = true;

        /// The other side has closed its end, or gone. epoll does not tell this again, so the reader must read until it
        /// finds the end.
        bool has_hung_up = false;

        static constexpr unsigned first_event = 2; // the bits from here on are free for events

    private:
        friend Poller;

        static constexpr unsigned queued = 1; // it is in the poller's list

        int socket_ = -1;
        std::atomic<Poller *> poller_{&here()}; // changed by its thread, while the bit `queued` is that thread's
        bool is_on_its_way_ = false;            // to another poller, in whose list it is
        std::atomic<unsigned> happened_{0};
        Waiting *next_ = nullptr;                    // in the poller's list
        std::optional<Clock::time_point> scheduled_; // when it will be visited
    };

    /// The poller of this process, which lives as long as the process.
    static Poller &here();

    /// Makes the poller's thread with `start_thread`, once, where the MPM has several threads. Without it, because no
    /// descriptor is left for example, nothing can wait. Throws what `start_thread` throws.
    template <class Start> void start(Start start_thread) {
        const std::lock_guard lock(starting_); // nobody takes it for running before it does
        if (!wants_thread())
            return;
        start_thread("pyhook poller", &Poller::main, this);
        stopped_ = false;
    }
    bool runs() const noexcept { return !stopped_; }

    /// How many connections are suspended. A member of its thread.
    int connections = 0;

    /// True at the first call: for a warning of too many sockets.
    bool warns_first() noexcept { return !std::exchange(warned_, true); }

    static void *main(void *self) noexcept;

    /// Ends the thread: after this it touches nothing.
    void stop() noexcept;

protected:
    Poller() noexcept;
    ~Poller();

    /// True if both descriptors could be made, and the poller hears of `wake`.
    bool is_ready() noexcept;

    // Functions for its thread.

    /// Visits those whose sockets have changed, those that were told of events, and those whose time has come.
    void wait(int timeout);
    void take_woken(Clock::time_point now);
    void take_due(Clock::time_point now);
    void visit(Waiting &waiting, unsigned happened, Clock::time_point now);

    /// Lets the thread of another poller serve it, and touches it no more. Returns false if that takes nothing, or if
    /// there will be another visit here first.
    bool hand_over(Waiting &waiting, Poller &other);

    /// True if this thread serves it already: it is not on its way.
    bool serves(const Waiting &waiting) const noexcept {
        return waiting.poller_.load(std::memory_order_acquire) == this && !waiting.is_on_its_way_;
    }

    const int wake_; // an eventfd
    const int poll_; // an epoll descriptor
    std::atomic<bool> stops_{false};
    std::set<std::pair<Clock::time_point, Waiting *>> due_;
    std::unordered_set<Waiting *> guests_; // that another poller has handed over
    std::mutex admission_;                 // guards the next member
    bool is_closed_ = false;               // nothing can be handed over to it

private:
    bool wants_thread() noexcept;
    void wake(Waiting &waiting) noexcept;
    void run();
    int time_left() const;
    void welcome(Waiting &waiting);
    void schedule(Waiting &waiting);
    void unschedule(Waiting &waiting) noexcept;
    void leave(Waiting &waiting) noexcept;

    /// Makes the visit, on the thread of a `LoopPoller` that serves it. Otherwise returns false.
    virtual bool visit_now(Waiting &, unsigned) noexcept { return false; }

    std::atomic<Waiting *> woken_{nullptr};
    std::mutex starting_;
    bool started_ = false; // or it can't be
    std::atomic<bool> stopped_{true};
    bool warned_ = false;
};

} // namespace apache
