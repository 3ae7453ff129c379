#include "apache/redis.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace apache {

namespace {

using Clock = std::chrono::steady_clock;

/// Waits until the socket can be read or written. Throws at `end`.
void wait_for(int socket, short event, Clock::time_point end) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0)
            throw redis_away("it does not answer in time");
        pollfd waiting{.fd = socket, .events = event, .revents = 0};
        const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
        if (ready > 0)
            return;
        if (ready < 0 && errno != EINTR)
            throw redis_away(std::strerror(errno));
    }
}

bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

} // namespace

/// A connection that has logged in. Only one thread uses it at a time.
class Redis::Connection {
public:
    explicit Connection(const RedisPlace &place) : timeout_(place.timeout) {
        try {
            open(place);
            log_in(place);
        } catch (...) {
            close(socket_);
            throw;
        }
    }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    ~Connection() { close(socket_); }

    Reply ask(std::span<const std::string_view> words) {
        end_ = Clock::now() + timeout_;
        try {
            send_all(resp_command(words));
            Reply reply = reader_.read();
            is_whole_ = reader_.is_empty();
            return reply;
        } catch (const redis_away &problem) {
            if (is_at_work())
                throw redis_overtaxed(problem.what());
            throw;
        } catch (const too_much &problem) {
            throw redis_overtaxed(problem.what());
        } catch (const bad_reply &problem) {
            throw redis_away(problem.what());
        }
    }

    /// True if a command may be sent: nothing has come that nobody asked for, neither bytes nor the end.
    bool is_usable() const noexcept {
        char next = 0;
        return is_whole_ && recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block();
    }

private:
    /// The time is over while bytes come and go: some have in its second half.
    bool is_at_work() const noexcept { return Clock::now() >= end_ && end_ - moved_ < timeout_ / 2; }

    /// Tries one address after the other: each has its share of the time that is left.
    void open(const RedisPlace &place) {
        if (place.address == nullptr)
            throw redis_away("httpd found no address for its name");
        int left = 0;
        for (const apr_sockaddr_t *each = place.address; each != nullptr; each = each->next)
            ++left;
        const Clock::time_point end = Clock::now() + timeout_;
        for (const apr_sockaddr_t *each = place.address;; each = each->next, --left) {
            end_ = Clock::now() + (end - Clock::now()) / left;
            try {
                return open_at(*each);
            } catch (const redis_away &) {
                if (each->next == nullptr)
                    throw;
            }
            close(socket_);
        }
    }

    void open_at(const apr_sockaddr_t &address) {
        socket_ = socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0)
            throw redis_away(std::strerror(errno));
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(socket_, reinterpret_cast<const sockaddr *>(&address.sa), address.salen) == 0)
            return;
        if (errno != EINPROGRESS)
            throw redis_away(std::strerror(errno));
        wait_for(socket_, POLLOUT, end_);
        int problem = 0;
        socklen_t size = sizeof problem;
        getsockopt(socket_, SOL_SOCKET, SO_ERROR, &problem, &size);
        if (problem != 0)
            throw redis_away(std::strerror(problem));
    }

    /// What the server says to this is not repeated: it may repeat the password.
    void log_in(const RedisPlace &place) {
        if (place.password != nullptr && place.user != nullptr)
            demand({"AUTH", place.user, place.password}, "it refuses the user or the password");
        else if (place.password != nullptr)
            demand({"AUTH", place.password}, "it refuses the password");
        if (place.database != 0)
            demand({"SELECT", std::to_string(place.database)}, "it refuses the database");
    }

    void demand(std::initializer_list<std::string> words, const char *problem) {
        const std::vector<std::string_view> views(words.begin(), words.end());
        if (ask(views).kind != Reply::Kind::status)
            throw redis_away(problem);
    }

    void send_all(std::string_view bytes) {
        is_whole_ = false;
        while (!bytes.empty()) {
            const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
                moved_ = Clock::now();
            } else if (would_block()) {
                wait_for(socket_, POLLOUT, end_);
            } else {
                throw redis_away(std::strerror(errno));
            }
        }
    }

    std::string_view receive() {
        for (;;) {
            wait_for(socket_, POLLIN, end_); // also the end of the time, while bytes come one by one
            const ssize_t received = recv(socket_, buffer_.data(), buffer_.size(), 0);
            if (received > 0) {
                moved_ = Clock::now();
                return {buffer_.data(), static_cast<std::size_t>(received)};
            }
            if (received == 0)
                throw redis_away("it has closed the connection");
            if (!would_block())
                throw redis_away(std::strerror(errno));
        }
    }

    const std::chrono::milliseconds timeout_;
    int socket_ = -1;
    Clock::time_point end_;
    Clock::time_point moved_; // when bytes were sent or received
    bool is_whole_ = true;    // every command has its reply
    std::array<char, 16384> buffer_;
    ReplyReader reader_{[this] { return receive(); }};
};

Redis::Redis(const RedisPlace &place, Tell tell) : place_(place), tell_(std::move(tell)) {}

Redis::~Redis() = default;

/// Throws while nobody is to try. Then one thread after the other may, until one has failed or the server is back.
void Redis::check_pause() {
    const std::lock_guard lock(mutex_);
    if (failures_ < most_failures)
        return;
    if (Clock::now() < next_try_)
        throw redis_away("it was away a moment ago, and is not asked yet");
    next_try_ = Clock::now() + pause;
}

std::unique_ptr<Redis::Connection> Redis::take() {
    {
        const std::lock_guard lock(mutex_);
        while (!idle_.empty()) {
            std::unique_ptr<Connection> connection = std::move(idle_.back());
            idle_.pop_back();
            if (connection->is_usable())
                return connection;
        }
    }
    return std::make_unique<Connection>(place_);
}

void Redis::give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
}

/// The other connections that wait may be as dead as this one, so the next command opens a new one.
void Redis::note_failure(const char *reason) noexcept {
    std::vector<std::unique_ptr<Connection>> dead;
    {
        const std::lock_guard lock(mutex_);
        dead.swap(idle_);
        ++failures_;
        next_try_ = Clock::now() + pause;
    }
    if (!is_away_.exchange(true))
        tell_(reason);
}

void Redis::note_success() noexcept {
    if (!is_away_)
        return;
    {
        const std::lock_guard lock(mutex_);
        failures_ = 0;
    }
    if (is_away_.exchange(false))
        tell_(nullptr);
}

Reply Redis::ask(std::span<const std::string_view> words) {
    check_pause();
    try {
        std::unique_ptr<Connection> connection = take();
        Reply reply = connection->ask(words);
        note_success();
        give_back(std::move(connection));
        return reply;
    } catch (const redis_overtaxed &) {
        throw;
    } catch (const redis_away &problem) {
        note_failure(problem.what());
        throw;
    }
}

} // namespace apache
