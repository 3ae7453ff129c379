#include "apache/loop_poller.h"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>

namespace apache {

namespace {

/// How often `retire` looks whether the child's poller takes what is left.
constexpr std::chrono::milliseconds look_again{1};

/// The pollers of all loops.
struct LoopPollers {
    std::mutex mutex;
    std::unordered_set<LoopPoller *> all;

    static LoopPollers &here() {
        static auto *const only = new LoopPollers(); // loops may go on while the process exits
        return *only;
    }
};

} // namespace

LoopPoller::LoopPoller() : timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}}; // `timerfd_settime` is all that it needs
    if (!is_ready() || timer_ < 0 || epoll_ctl(poll_, EPOLL_CTL_ADD, timer_, &event) != 0) {
        close(timer_);
        throw std::system_error(errno, std::system_category(), "an event loop needs three descriptors");
    }
    const std::lock_guard lock(LoopPollers::here().mutex);
    LoopPollers::here().all.insert(this);
}

LoopPoller::~LoopPoller() {
    {
        const std::lock_guard lock(LoopPollers::here().mutex);
        LoopPollers::here().all.erase(this);
    }
    close(timer_);
}

void LoopPoller::stop_all() noexcept {
    const std::lock_guard lock(LoopPollers::here().mutex);
    for (LoopPoller *each : LoopPollers::here().all) {
        const std::lock_guard turn(each->turns_);
        each->stops_ = true;
    }
}

void LoopPoller::take_turn() noexcept {
    const Turn turn(*this);
    if (stops_)
        return;
    wait(0);
    const auto now = Clock::now();
    take_woken(now);
    take_due(now);
    if (timer_set_ <= now)
        timer_set_ = Clock::time_point();
    set_timer();
}

bool LoopPoller::visit_now(Waiting &waiting, unsigned what) noexcept {
    if (std::this_thread::get_id() != owner_ || has_turn_)
        return false;
    const Turn turn(*this);
    if (stops_ || !serves(waiting))
        return false;
    visit(waiting, what, Clock::now());
    set_timer();
    return true;
}

void LoopPoller::set_timer() noexcept {
    if (due_.empty() || (timer_set_ != Clock::time_point() && timer_set_ <= due_.begin()->first))
        return;
    timer_set_ = due_.begin()->first;
    const auto left =
        std::max<Clock::duration>(timer_set_ - Clock::now(), std::chrono::nanoseconds(1)); // 0 would stop it
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const itimerspec in{
        .it_interval = {},
        .it_value = {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(left - seconds).count()}};
    timerfd_settime(timer_, 0, &in, nullptr);
}

void LoopPoller::retire() noexcept {
    {
        const std::lock_guard lock(admission_);
        is_closed_ = true;
    }
    while (!hand_all_over())
        std::this_thread::sleep_for(look_again); // the system may have no memory for a moment
}

bool LoopPoller::hand_all_over() noexcept {
    const Turn turn(*this);
    if (stops_)
        return true;
    take_woken(Clock::now());
    for (Waiting *each : std::unordered_set<Waiting *>(guests_))
        hand_over(*each, here());
    return guests_.empty();
}

} // namespace apache
