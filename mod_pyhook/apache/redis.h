// apache/redis.h: a Redis server, asked by many threads: connections, time-outs, and a pause while it is away.
#pragma once

#include "apache/httpd.h"
#include "apache/resp.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

namespace apache {

/// The server is away, slow, or no Redis. The text never has the password.
struct redis_away : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The server is at work, but this reply is too large or takes too long. It says nothing about other commands.
struct redis_overtaxed : redis_away {
    using redis_away::redis_away;
};

/// What a configuration says about a server, as data of its pool.
struct RedisPlace {
    const char *host;
    apr_port_t port = 6379;
    const char *user = nullptr; // of the command AUTH
    const char *password = nullptr;
    int database = 0;
    std::chrono::milliseconds timeout{100};  // for each step: connecting, and a command with its reply
    const apr_sockaddr_t *address = nullptr; // the first that httpd found at its start; null: the host has none
};

class Redis {
public:
    /// `told` is called with a reason when the server is away, and with null when it is back: once for each change.
    using Tell = std::function<void(const char *reason)>;

    Redis(const RedisPlace &place, Tell tell);
    Redis(const Redis &) = delete;
    Redis &operator=(const Redis &) = delete;
    ~Redis();

    /// The reply to a command, which may be an error of the server's. Throws redis_away. After some failures in a row
    /// it throws at once, for a second: threads must not queue up behind a server that is away. A command that has
    /// failed may have been carried out.
    Reply ask(std::span<const std::string_view> words);

private:
    class Connection;
    using Clock = std::chrono::steady_clock;

    std::unique_ptr<Connection> take();
    void give_back(std::unique_ptr<Connection> connection);
    void check_pause();
    void note_failure(const char *reason) noexcept;
    void note_success() noexcept;

    static constexpr int most_failures = 3;
    static constexpr std::chrono::seconds pause{1};

    const RedisPlace &place_;
    const Tell tell_;
    std::mutex mutex_; // guards the members below
    std::vector<std::unique_ptr<Connection>> idle_;
    int failures_ = 0; // in a row
    Clock::time_point next_try_;
    std::atomic<bool> is_away_{false};
};

} // namespace apache
