// apache::Redis asks a server that answers each connection once: addresses and failures.
#include "apache/redis.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

namespace {

/// A socket on a port of 127.0.0.1 that the system chooses, as httpd looks one up.
class Address {
public:
    Address() : socket(::socket(AF_INET, SOCK_STREAM, 0)) {
        at.family = AF_INET;
        at.salen = sizeof at.sa.sin;
        at.sa.sin.sin_family = AF_INET;
        at.sa.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto *place = reinterpret_cast<sockaddr *>(&at.sa);
        bind(socket, place, at.salen);
        getsockname(socket, place, &at.salen);
    }
    Address(const Address &) = delete;
    Address &operator=(const Address &) = delete;
    ~Address() { close(socket); }

    const int socket;
    apr_sockaddr_t at{};
};

apache::RedisPlace place_at(const apr_sockaddr_t &address) {
    apache::RedisPlace place{.host = "test"};
    place.timeout = std::chrono::seconds(20);
    place.address = &address;
    return place;
}

std::string ping(apache::Redis &redis) {
    const std::string_view words[] = {"PING"};
    return redis.ask(words).text;
}

/// Answers each connection with these bytes, once.
std::jthread answering(const Address &server, int connections, std::string_view bytes) {
    const timeval longest{.tv_sec = 30, .tv_usec = 0}; // nobody comes if a test fails
    setsockopt(server.socket, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    listen(server.socket, 5);
    return std::jthread([socket = server.socket, connections, bytes] {
        for (int at = 0; at < connections; ++at) {
            const int client = accept(socket, nullptr, nullptr);
            char command[64];
            if (recv(client, command, sizeof command, 0) > 0)
                send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            recv(client, command, sizeof command, 0); // until the end
            close(client);
        }
    });
}

TEST(Redis, AnAddressThatRefusesIsFollowedByTheNext) {
    Address closed;
    Address open;
    closed.at.next = &open.at;
    const std::jthread server = answering(open, 1, "+PONG\r\n");
    const apache::RedisPlace place = place_at(closed.at);
    apache::Redis redis(place, [](const char *) {});
    EXPECT_EQ(ping(redis), "PONG");
}

TEST(Redis, ALargeReplyIsNoAbsence) {
    Address open;
    const std::jthread server = answering(open, 9, "$99999999\r\n");
    const apache::RedisPlace place = place_at(open.at);
    apache::Redis redis(place, [](const char *reason) { FAIL() << reason; });
    for (int at = 0; at < 9; ++at)
        EXPECT_THROW(ping(redis), apache::redis_overtaxed);
}

} // namespace
