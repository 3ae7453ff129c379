// processes/ear.h: the poller's wait for a process that serves a WebSocket whose connection is suspended.
#pragma once

#include "apache/poller.h"

#include "processes/idle.h"

#include <sys/socket.h>

namespace pyhook::processes {

/// Made by `new`; the poller deletes it after `leave`.
class Ear final : public apache::Poller::Waiting {
public:
    /// Who is told, on the poller's thread, when the process has sent something or takes more.
    class Owner {
    public:
        virtual void process_stirs() noexcept = 0;

    protected:
        ~Owner() = default;
    };

    Ear(int socket, Owner &owner) noexcept : socket_(socket), owner_(&owner) {}

    /// From now on the poller waits. Any thread may call it.
    void begin() noexcept { notify(first_event); }

    /// The owner does not want to hear any more, and gives the socket away, which may be closed only when the poller
    /// has forgotten it. For the poller's thread.
    void leave(Socket socket) noexcept {
        owner_ = nullptr;
        closing_ = std::move(socket);
        notify(first_event);
    }

    using Waiting::is_readable;

private:
    using Clock = apache::Poller::Clock;

    bool visit(unsigned, Clock::time_point) noexcept override {
        if (owner_ == nullptr)
            return false;
        if (!is_watched_ && !watch(socket_))
            shutdown(socket_, SHUT_RDWR); // the owner finds the end
        is_watched_ = true;
        owner_->process_stirs();
        return true;
    }
    Clock::time_point next_visit() const noexcept override { return Clock::time_point::max(); }
    void forgotten() noexcept override { delete this; }

    const int socket_;
    Owner *owner_;
    bool is_watched_ = false;
    Socket closing_;
};

} // namespace pyhook::processes
