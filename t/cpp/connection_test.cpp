// What a child of httpd sends to a worker process, while signals come as they do to a child of prefork.
#include "processes/channels.h"
#include "processes/connection.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/socket.h>
#include <thread>

namespace {

using namespace pyhook::processes;

/// The descriptor that came over the socket.
int received_over(int from) {
    char errand = 0;
    iovec place{.iov_base = &errand, .iov_len = 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    EXPECT_EQ(recvmsg(from, &message, 0), 1);
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(descriptor));
    return descriptor;
}

class SendTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, to_process_), 0);
        channels_.to_process[0] = to_process_[0];
        channels_.idle = &idle_;
        ASSERT_TRUE(connection_.open(channels_, 0, {}));
        process_ = received_over(to_process_[1]);
    }

    void TearDown() override {
        for (const int each : {to_process_[0], to_process_[1], process_})
            close(each);
    }

    IdleConnections idle_;
    Channels channels_{};
    Connection connection_{std::chrono::seconds(60)}; // the system does not begin such calls again after a signal
    int to_process_[2] = {-1, -1};
    int process_ = -1;
};

TEST_F(SendTest, ASignalWhileTheProcessIsBusyLosesNothing) {
    static std::atomic<int> signals;
    signals = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals; };
    action.sa_flags = SA_RESTART;
    ASSERT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
    const std::string piece(500, 'x'); // the socket becomes full between two frames
    const std::array<std::string_view, 2> pieces{piece, piece};
    constexpr std::size_t frames = 10'000; // more than the socket takes
    std::atomic<std::size_t> sent = 0;
    std::atomic<bool> is_done = false;
    std::thread child([&] {
        while (sent < frames && connection_.send(FrameType::body, pieces))
            ++sent;
        connection_.close();
        is_done = true;
        while (signals < 100) // pthread_kill needs a thread that lives
            std::this_thread::yield();
    });
    while (sent == 0)
        std::this_thread::yield();
    while (signals < 100) {
        const int before = signals;
        pthread_kill(child.native_handle(), SIGUSR1);
        while (signals == before)
            std::this_thread::yield();
    }
    EXPECT_FALSE(is_done);
    std::size_t came = 0;
    char place[65536];
    for (ssize_t size = 0; (size = recv(process_, place, sizeof(place), 0)) > 0;)
        came += static_cast<std::size_t>(size);
    child.join();
    EXPECT_EQ(sent, frames);
    EXPECT_EQ(came, frames * (sizeof(FrameHead) + 2 * piece.size()));
}

} // namespace
