#include "apache/poller.h"

#include "apache/mpm.h"

#include <algorithm>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace apache {

namespace {

/// How often `stop` looks whether the thread has ended.
constexpr std::chrono::milliseconds look_again{1};

/// Each change of a socket is told once.
constexpr std::uint32_t all_changes = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

} // namespace

Poller &Poller::here() {
    static auto *const only = new Poller(); // threads may come back to it while the process exits
    return *only;
}

Poller::Poller() noexcept : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

Poller::~Poller() {
    close(wake_);
    close(poll_);
}

bool Poller::is_ready() noexcept {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    return wake_ >= 0 && poll_ >= 0 && epoll_ctl(poll_, EPOLL_CTL_ADD, wake_, &event) == 0;
}

bool Poller::wants_thread() noexcept { return is_threaded() && !std::exchange(started_, true) && is_ready(); }

void *Poller::main(void *self) noexcept {
    auto &poller = *static_cast<Poller *>(self);
    poller.run();
    poller.stopped_ = true;
    return nullptr;
}

void Poller::stop() noexcept {
    if (stopped_)
        return;
    stops_ = true;
    eventfd_write(wake_, 1);
    while (!stopped_)
        std::this_thread::sleep_for(look_again);
}

void Poller::Waiting::notify(unsigned what) noexcept {
    if ((happened_.fetch_or(what | queued) & queued) == 0)
        poller_.load(std::memory_order_acquire)->wake(*this);
}

void Poller::Waiting::notify_now(unsigned what) noexcept {
    if (!poller_.load(std::memory_order_acquire)->visit_now(*this, what))
        notify(what);
}

bool Poller::Waiting::watch(int socket) noexcept {
    socket_ = socket;
    epoll_event event{.events = all_changes, .data = {.ptr = this}};
    return epoll_ctl(poller_.load()->poll_, EPOLL_CTL_ADD, socket, &event) == 0;
}

void Poller::wake(Waiting &waiting) noexcept {
    Waiting *first = woken_.load(std::memory_order_relaxed);
    do
        waiting.next_ = first;
    while (!woken_.compare_exchange_weak(first, &waiting, std::memory_order_release, std::memory_order_relaxed));
    if (first == nullptr)
        eventfd_write(wake_, 1);
}

void Poller::run() {
    while (!stops_) {
        wait(time_left());
        take_woken(Clock::now());
        take_due(Clock::now());
    }
}

int Poller::time_left() const {
    if (due_.empty())
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

void Poller::wait(int timeout) {
    epoll_event events[256];
    const int count = epoll_wait(poll_, events, std::size(events), timeout);
    const auto now = Clock::now();
    for (int at = 0; at < count; ++at) {
        auto *waiting = static_cast<Waiting *>(events[at].data.ptr);
        if (waiting == nullptr) {
            eventfd_t told = 0;
            eventfd_read(wake_, &told);
            continue;
        }
        if (!serves(*waiting)) // `welcome` makes epoll tell it again
            continue;
        if ((events[at].events & ~static_cast<unsigned>(EPOLLOUT)) != 0)
            waiting->is_readable = true;
        if ((events[at].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
            waiting->has_hung_up = true;
        visit(*waiting, 0, now);
    }
}

void Poller::take_woken(Clock::time_point now) {
    for (Waiting *each = woken_.exchange(nullptr, std::memory_order_acquire); each != nullptr;) {
        Waiting *next = each->next_; // `visit` may delete this one
        if (each->is_on_its_way_)
            welcome(*each);
        visit(*each, each->happened_.exchange(0, std::memory_order_acq_rel), now);
        each = next;
    }
}

void Poller::take_due(Clock::time_point now) {
    while (!due_.empty() && due_.begin()->first <= now) {
        Waiting *first = due_.begin()->second;
        due_.erase(due_.begin());
        first->scheduled_.reset();
        visit(*first, 0, now);
    }
}

/// Ends it only if it has seen all that `notify` has told.
void Poller::visit(Waiting &waiting, unsigned happened, Clock::time_point now) {
    if (waiting.visit(happened, now)) {
        Poller &wanted = waiting.wanted_poller();
        if (&wanted == this || !hand_over(waiting, wanted))
            schedule(waiting);
    } else if ((waiting.happened_ & Waiting::queued) == 0) {
        leave(waiting);
        epoll_ctl(poll_, EPOLL_CTL_DEL, waiting.socket_, nullptr);
        waiting.forgotten();
    }
}

/// Who sets the bit `queued` puts it into a list, and nobody else can meanwhile. The other poller's epoll tells it
/// nothing but errors before `welcome`. If that epoll takes no more, all stays as it is.
bool Poller::hand_over(Waiting &waiting, Poller &other) {
    const std::lock_guard lock(other.admission_);
    if (other.is_closed_ ||
        (waiting.happened_.fetch_or(Waiting::queued, std::memory_order_acq_rel) & Waiting::queued) != 0)
        return false;
    epoll_event errors{.events = EPOLLET, .data = {.ptr = &waiting}};
    if (epoll_ctl(other.poll_, EPOLL_CTL_ADD, waiting.socket_, &errors) != 0) {
        if (waiting.happened_.fetch_and(~Waiting::queued, std::memory_order_acq_rel) != Waiting::queued)
            waiting.notify(0); // somebody has told something meanwhile
        return false;
    }
    epoll_ctl(poll_, EPOLL_CTL_DEL, waiting.socket_, nullptr);
    leave(waiting);
    waiting.is_on_its_way_ = true;
    waiting.poller_.store(&other, std::memory_order_release);
    other.wake(waiting);
    return true;
}

/// epoll tells the state of the socket once more.
void Poller::welcome(Waiting &waiting) {
    waiting.is_on_its_way_ = false;
    waiting.is_readable = true;
    guests_.insert(&waiting);
    epoll_event event{.events = all_changes, .data = {.ptr = &waiting}};
    epoll_ctl(poll_, EPOLL_CTL_MOD, waiting.socket_, &event);
}

void Poller::schedule(Waiting &waiting) {
    const auto wanted = waiting.next_visit();
    if (wanted == Clock::time_point::max() || (waiting.scheduled_ && *waiting.scheduled_ <= wanted))
        return;
    unschedule(waiting);
    due_.emplace(wanted, &waiting);
    waiting.scheduled_ = wanted;
}

void Poller::unschedule(Waiting &waiting) noexcept {
    if (waiting.scheduled_)
        due_.erase({*waiting.scheduled_, &waiting});
    waiting.scheduled_.reset();
}

void Poller::leave(Waiting &waiting) noexcept {
    unschedule(waiting);
    guests_.erase(&waiting);
}

} // namespace apache
