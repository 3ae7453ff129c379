// processes/idle.h: a child's connections to one process that no request uses.
#pragma once

#include <mutex>
#include <unistd.h>
#include <utility>
#include <vector>

namespace pyhook::processes {

/// Owns a descriptor.
class Socket {
public:
    Socket() = default;
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket &&other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket &operator=(Socket &&other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Socket() { reset(); }

    int get() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }
    void reset() noexcept {
        if (descriptor_ >= 0)
            close(std::exchange(descriptor_, -1));
    }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// The last one that came back goes out first: its process has it in its caches.
class IdleConnections {
public:
    Socket take() noexcept {
        const std::lock_guard lock(mutex_);
        if (sockets_.empty())
            return Socket();
        Socket taken = std::move(sockets_.back());
        sockets_.pop_back();
        return taken;
    }

    void give_back(Socket socket) {
        const std::lock_guard lock(mutex_);
        sockets_.push_back(std::move(socket));
    }

private:
    std::mutex mutex_;
    std::vector<Socket> sockets_;
};

} // namespace pyhook::processes
