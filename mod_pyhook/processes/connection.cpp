#include "processes/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace pyhook::processes {

namespace {

constexpr std::size_t first_size = 64 * 1024;
constexpr std::size_t most_descriptors = 4; // one is used; a process that sends more gains nothing

} // namespace

bool pass(int to_process, int end, Errand errand) noexcept {
    iovec place{.iov_base = &errand, .iov_len = 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &end, sizeof(int));
    return sendmsg(to_process, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

bool Connection::dial(int to_process) noexcept {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        loss_ = Loss::no_descriptor;
        return false;
    }
    socket_ = Socket(ends[0]);
    const Socket other(ends[1]);
    const timeval patience{.tv_sec = patience_.count(), .tv_usec = 0}; // 0: for ever
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return pass(to_process, other.get(), Errand::requests);
}

/// False if it has something to say although nobody has asked, or has closed the connection.
bool Connection::is_silent() const noexcept {
    char first = 0;
    return recv(socket_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/// A process that is replaced first refuses what would still come over a connection, and then serves what has come. So
/// what was refused was not begun, and may be sent to the next process.
bool Connection::open(Channels &channels, int slot, std::string_view request) noexcept {
    for (;;) {
        socket_ = channels.idle[slot].take();
        if (!socket_)
            return dial(channels.to_process[slot]) && send_all(request);
        if (is_silent() && send_all(request))
            return true;
    }
}

bool Connection::send_all(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Connection::send(FrameType type, std::span<const std::string_view> payload) noexcept {
    FrameHead head{.length = 0, .type = type};
    iovec parts[1 + most_pieces];
    iovec *part = parts;
    *part++ = {.iov_base = &head, .iov_len = sizeof(head)};
    for (const std::string_view piece : payload) {
        head.length += static_cast<std::uint32_t>(piece.size());
        *part++ = {.iov_base = const_cast<char *>(piece.data()), .iov_len = piece.size()};
    }
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = static_cast<std::size_t>(part - parts);
    ssize_t sent = 0;
    do
        sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    std::size_t done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    return sent >= 0 && std::all_of(&parts[0], part, [&](const iovec &piece) {
               const std::size_t of_this = std::min(done, piece.iov_len);
               done -= of_this;
               return send_all({static_cast<const char *>(piece.iov_base) + of_this, piece.iov_len - of_this});
           });
}

/// Keeps what has not been taken, and grows to the largest frame.
void Connection::make_room() {
    const std::size_t kept = end_ - read_;
    if (buffer_ != nullptr && kept < size_) {
        std::memmove(buffer_.get(), buffer_.get() + read_, kept);
    } else {
        const std::size_t larger = buffer_ == nullptr ? first_size : size_ * 2;
        std::unique_ptr<char[]> made(new char[larger]);
        if (kept > 0)
            std::memcpy(made.get(), buffer_.get() + read_, kept);
        buffer_ = std::move(made);
        size_ = larger;
    }
    read_ = 0;
    end_ = kept;
}

void Connection::take_descriptors(msghdr &message) noexcept {
    for (cmsghdr *each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS)
            continue;
        for (std::size_t at = 0; at < (each->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++at) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(each) + at * sizeof(int), sizeof(int));
            descriptor_ = Socket(descriptor); // one that came before is closed
        }
    }
}

/// False if nobody waits any more. A process that says something all the time may be answering nobody.
bool Connection::await_more(Watch &watch) noexcept {
    constexpr std::chrono::milliseconds look_again{250};
    pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    for (;;) {
        const int found = poll(&readable, 1, static_cast<int>(look_again.count()));
        if (const auto now = Clock::now(); found <= 0 || now - looked_ >= look_again) {
            looked_ = now;
            loss_ = watch.look();
            if (loss_ != Loss::none)
                return false;
        }
        if (found > 0)
            return true;
    }
}

bool Connection::read_more(int flags) noexcept {
    try {
        make_room();
    } catch (const std::bad_alloc &) {
        loss_ = Loss::nonsense;
        return false;
    }
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * most_descriptors)];
    iovec place{.iov_base = buffer_.get() + end_, .iov_len = size_ - end_};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    ssize_t came = 0;
    do {
        message.msg_control = control;
        message.msg_controllen = sizeof(control);
        came = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | flags);
    } while (came < 0 && errno == EINTR);
    if (came <= 0) {
        loss_ = came < 0 && errno == EAGAIN ? Loss::silent : Loss::gone;
        return false;
    }
    take_descriptors(message);
    has_received_ = true;
    end_ += static_cast<std::size_t>(came);
    return true;
}

/// Of what has come.
std::optional<Frame> Connection::next() noexcept {
    FrameReader reader{.bytes = {buffer_.get() + read_, end_ - read_}};
    const std::optional<Frame> frame = reader.next();
    if (frame)
        read_ = end_ - reader.bytes.size();
    if (reader.is_wrong)
        loss_ = Loss::nonsense;
    return frame;
}

std::optional<Frame> Connection::receive(Watch *watch) noexcept {
    for (;;) {
        const std::optional<Frame> frame = next();
        if (frame || loss_ == Loss::nonsense || (watch != nullptr && !await_more(*watch)) || !read_more(0))
            return frame;
    }
}

std::optional<Frame> Connection::receive_now() noexcept {
    for (;;) {
        const std::optional<Frame> frame = next();
        if (frame || loss_ == Loss::nonsense)
            return frame;
        if (!read_more(MSG_DONTWAIT)) {
            loss_ = loss_ == Loss::silent ? Loss::none : loss_;
            return std::nullopt;
        }
    }
}

bool Connection::send_now(std::string_view &bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Connection::trim() noexcept {
    if (read_ != end_)
        return;
    buffer_.reset();
    size_ = read_ = end_ = 0;
}

bool Connection::is_followed_by(FrameType type) const noexcept {
    FrameReader reader{.bytes = {buffer_.get() + read_, end_ - read_}};
    const std::optional<Frame> frame = reader.next();
    return frame && frame->type == type;
}

void Connection::give_back(Channels &channels, int slot) noexcept {
    if (read_ != end_) // it said more than the answer
        return socket_.reset();
    try {
        channels.idle[slot].give_back(std::move(socket_));
    } catch (const std::bad_alloc &) { // the connection is closed
    }
}

} // namespace pyhook::processes
