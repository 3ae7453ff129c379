#include "processes/spool.h"

#include "apache/client.h"

#include <algorithm>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace pyhook::processes {

namespace {

constexpr std::size_t least = 16 * 1024;
constexpr std::size_t largest = 256 * 1024;

} // namespace

Spool::Spool(request_rec *r, std::size_t most) noexcept
    : client_(most == 0 ? -1 : apache::socket_of(r->connection)),
      patience_(static_cast<int>(std::min<apr_interval_time_t>(apr_time_as_msec(r->server->timeout), APR_INT32_MAX))),
      most_(most) {}

/// What the kernel still takes: of its buffer, half is for the bytes themselves.
std::size_t Spool::room() const noexcept {
    int size = 0;
    int waiting = 0;
    socklen_t length = sizeof(size);
    if (getsockopt(client_, SOL_SOCKET, SO_SNDBUF, &size, &length) != 0 || ioctl(client_, SIOCOUTQ, &waiting) != 0)
        return least;
    return static_cast<std::size_t>(std::max(size / 2 - waiting, 0));
}

bool Spool::is_better_kept(std::size_t size) const noexcept { return client_ >= 0 && (!is_empty() || size > room()); }

void Spool::keep(std::string_view piece) {
    if (first_ >= bytes_.size() - first_) {
        bytes_.erase(0, first_);
        first_ = 0;
    }
    bytes_ += piece;
}

std::size_t Spool::await(int process) const noexcept {
    pollfd both[] = {{.fd = client_, .events = POLLOUT, .revents = 0},
                     {.fd = is_full() ? -1 : process, .events = POLLIN, .revents = 0}};
    const int found = poll(both, 2, patience_);
    if (found > 0 && both[0].revents == 0)
        return 0;
    return without_waiting_long(); // after so long httpd's own time-out begins
}

std::size_t Spool::without_waiting_long() const noexcept {
    return std::min(rest().size(), std::clamp(room(), least, largest));
}

/// A filter may have bytes of the body that the socket does not show. A client that has sent all of them takes the
/// response, and then nothing waits here any more.
std::size_t Spool::await_client(bool &sends) const noexcept {
    pollfd client{.fd = client_, .events = POLLIN | POLLOUT, .revents = 0};
    sends = poll(&client, 1, patience_) <= 0 || (client.revents & ~POLLOUT) != 0;
    return sends ? ready() : without_waiting_long();
}

/// Only as much as poll promises: of small pieces the kernel takes fewer bytes than there is room for.
std::size_t Spool::ready() const noexcept {
    pollfd client{.fd = client_, .events = POLLOUT, .revents = 0};
    return poll(&client, 1, 0) > 0 ? std::min(rest().size(), room()) : 0;
}

void Spool::drop(std::size_t sent) noexcept {
    first_ += sent;
    if (is_empty()) {
        bytes_.clear();
        first_ = 0;
    }
}

} // namespace pyhook::processes
