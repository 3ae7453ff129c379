#include "apache/poller.h"

#include "apache/log.h"
#include "apache/mpm.h"

#include <algorithm>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace apache {

namespace {

/// How long the poller waits for a client to close its end, as httpd does (SECONDS_TO_LINGER).
constexpr std::chrono::seconds lingering{2};

constexpr std::chrono::milliseconds look_again{1};

/// True if the client has closed its end, so nothing follows.
bool has_closed(int socket) noexcept {
    char thrown_away[4096];
    ssize_t size = 0;
    do
        size = recv(socket, thrown_away, sizeof(thrown_away), MSG_DONTWAIT);
    while (size > 0 || (size < 0 && errno == EINTR));
    return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/// Runs the function on a thread of the MPM, or on this thread if the MPM takes no work.
void work(void (*function)(void *) noexcept, void *with) {
    if (ap_mpm_register_timed_callback(0, function, with) != APR_SUCCESS)
        function(with);
}

} // namespace

Poller &Poller::here() {
    static auto *const only = new Poller(); // threads may come back to it while the process exits
    return *only;
}

Poller::Poller() noexcept : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

bool Poller::wants_thread() noexcept {
    if (started_.exchange(true))
        return false;
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    if (wake_ < 0 || poll_ < 0 || epoll_ctl(poll_, EPOLL_CTL_ADD, wake_, &event) != 0)
        return false;
    stopped_ = false;
    return true;
}

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

void Poller::wake(Suspended &suspended) noexcept {
    Suspended *first = woken_.load(std::memory_order_relaxed);
    do
        suspended.next_ = first;
    while (!woken_.compare_exchange_weak(first, &suspended, std::memory_order_release, std::memory_order_relaxed));
    if (first == nullptr)
        eventfd_write(wake_, 1);
}

void Poller::run() {
    while (!stops_) {
        wait();
        take_woken(Clock::now());
        take_due(Clock::now());
    }
}

void Poller::wait() {
    int timeout = -1;
    if (!due_.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now()).count();
        timeout = static_cast<int>(std::clamp<long long>(left, 0, 60'000));
    }
    epoll_event events[256];
    const int count = epoll_wait(poll_, events, std::size(events), timeout);
    const auto now = Clock::now();
    for (int at = 0; at < count; ++at) {
        auto *suspended = static_cast<Suspended *>(events[at].data.ptr);
        if (suspended == nullptr) {
            eventfd_t told = 0;
            eventfd_read(wake_, &told);
            continue;
        }
        if ((events[at].events & ~static_cast<unsigned>(EPOLLOUT)) != 0)
            suspended->is_readable = true;
        if ((events[at].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
            suspended->has_hung_up = true;
        visit(*suspended, now);
    }
}

void Poller::take_woken(Clock::time_point now) {
    for (Suspended *each = woken_.exchange(nullptr, std::memory_order_acquire); each != nullptr;) {
        Suspended *next = each->next_; // `visit` may delete this one
        each->seen_ |= each->happened_.exchange(0, std::memory_order_acq_rel);
        visit(*each, now);
        each = next;
    }
}

void Poller::take_due(Clock::time_point now) {
    while (!due_.empty() && due_.begin()->first <= now) {
        Suspended *first = due_.begin()->second;
        due_.erase(due_.begin());
        first->scheduled_ = Clock::time_point();
        visit(*first, now);
    }
}

/// Returns false while the MPM still uses the connection.
bool Poller::begin(Suspended &suspended, Clock::time_point now) {
    const bool is_told = (suspended.seen_ & Suspended::begins) != 0;
    if (!is_told || !suspended.was_let_go()) {
        suspended.until_ = is_told ? now + look_again : Clock::time_point::max();
        return false;
    }
    count_one_more();
    enter(suspended, Life::waits, {});
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &suspended}};
    if (suspended.was_aborted_ || epoll_ctl(poll_, EPOLL_CTL_ADD, suspended.socket_, &event) != 0)
        suspended.connection()->aborted = 1;
    return true;
}

/// Ends a connection only if the poller has seen all that `notify` has told of it.
void Poller::visit(Suspended &suspended, Clock::time_point now) {
    const bool has_begun = suspended.life_ != Life::begins || begin(suspended, now);
    if (!has_begun || advance(suspended, now))
        return schedule(suspended);
    if ((suspended.happened_ & Suspended::queued) == 0)
        end(suspended);
}

void Poller::enter(Suspended &suspended, Life life, Clock::time_point until) noexcept {
    suspended.life_ = life;
    suspended.until_ = until;
    suspended.seen_ &= ~Suspended::worked;
}

/// Goes on to the next stage of the connection's life. Returns false at the end.
bool Poller::advance(Suspended &suspended, Clock::time_point now) {
    const bool worked = (suspended.seen_ & Suspended::worked) != 0;
    const bool in_other_hands = suspended.life_ == Life::concludes || suspended.life_ == Life::retires;
    if (in_other_hands && !worked)
        return true;
    suspended.outlet_->drain();
    conn_rec *c = suspended.connection();
    const bool is_drained = suspended.unsent() == 0 || c->aborted != 0 || now >= suspended.until_;
    switch (suspended.life_) {
    case Life::waits:
        if (suspended.go_on(now))
            return true;
        enter(suspended, Life::concludes, {});
        work(&Suspended::end_response, &suspended);
        return true;
    case Life::concludes:
        enter(suspended, Life::drains, now + suspended.patience_);
        return advance(suspended, now);
    case Life::drains:
        if (!is_drained)
            return true;
        if (suspended.unsent() != 0)
            c->aborted = 1;
        enter(suspended, Life::retires, {});
        work(&Suspended::end_request, &suspended);
        return true;
    case Life::retires:
        enter(suspended, Life::closes, now + lingering);
        return advance(suspended, now);
    case Life::closes:
        if (!is_drained)
            return true;
        shutdown(suspended.socket_, SHUT_WR);
        enter(suspended, Life::lingers, now + lingering);
        return advance(suspended, now);
    default:
        return now < suspended.until_ && c->aborted == 0 && !has_closed(suspended.socket_);
    }
}

/// The event MPM accepts no connection when there are as many as this, or fewer if threads are busy.
void Poller::count_one_more() {
    ++count_;
    if (told_)
        return;
    const ConnectionLimit limit = connection_limit();
    if (count_ * 5 < limit.connections * 4)
        return;
    told_ = true;
    log(APLOG_WARNING, ap_server_conf,
        std::string(code_) + ": " + std::to_string(count_) +
            " connections of this child are suspended. httpd accepts at most " + std::to_string(limit.connections) +
            " in a child, from ThreadsPerChild " + std::to_string(limit.threads) + " and AsyncRequestWorkerFactor " +
            limit.factor +
            ", and fewer while threads are busy: raise AsyncRequestWorkerFactor, or MaxRequestWorkers for more "
            "children");
}

void Poller::schedule(Suspended &suspended) {
    const auto wanted = suspended.life_ == Life::waits       ? suspended.due()
                        : suspended.life_ == Life::concludes ? Clock::time_point::max()
                        : suspended.life_ == Life::retires   ? Clock::time_point::max()
                                                             : suspended.until_;
    const bool is_noted = suspended.scheduled_ != Clock::time_point();
    if (wanted == Clock::time_point::max() || (is_noted && suspended.scheduled_ <= wanted))
        return;
    if (is_noted)
        due_.erase({suspended.scheduled_, &suspended});
    suspended.scheduled_ = wanted;
    due_.emplace(wanted, &suspended);
}

void Poller::end(Suspended &suspended) {
    due_.erase({suspended.scheduled_, &suspended});
    --count_;
    conn_rec *c = suspended.connection();
    epoll_ctl(poll_, EPOLL_CTL_DEL, suspended.socket_, nullptr);
    delete &suspended;
    apr_pool_destroy(c->pool);
}

} // namespace apache
