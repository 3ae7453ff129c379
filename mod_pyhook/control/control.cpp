#include "control/control.h"

#include "py/thread.h"

#include "apache/log.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr int most_conversations = 8;
constexpr std::size_t longest_line = 256;
constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};
constexpr std::chrono::milliseconds before_another_try{100};

/// The kernel says who is at the other end; the directory keeps others out already.
bool is_permitted(int client) noexcept {
    ucred peer = {};
    socklen_t size = sizeof peer;
    return getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == geteuid());
}

/// The line that the client sends, without its end; empty if none comes in time.
std::string read_line(int client) {
    std::string line;
    char letter = 0;
    while (line.size() < longest_line && recv(client, &letter, 1, 0) == 1) {
        if (letter == '\n')
            return line;
        line += letter;
    }
    return {};
}

void send_all(int client, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t sent = send(client, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace

struct Control::Conversation {
    Control &control;
    int client;

    Conversation(Control &control, int client) noexcept : control(control), client(client) { ++control.conversations_; }
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;
    ~Conversation() {
        close(client);
        --control.conversations_;
    }
};

void Control::start() noexcept {
    if (ServerConfig::of(s_).control == nullptr)
        return;
    try {
        listen();
        RunningCalls::watch();
        py::start_thread("pyhook control", &Control::main, this);
    } catch (const std::exception &failure) {
        apache::log(APLOG_ERR, s_, std::string("PyHookControl: ") + failure.what());
        stop();
    }
}

void Control::listen() {
    const char *directory = ServerConfig::of(s_).control;
    path_ = std::string(directory) + "/" + std::to_string(getpid()) + ".socket";
    remove_left_sockets(directory);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path)
        throw py::start_error(path_ + " is too long for a socket: choose a shorter DefaultRuntimeDir");
    path_.copy(address.sun_path, path_.size());
    unlink(path_.c_str()); // of a child that died with this number
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0 || bind(socket_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(socket_, most_conversations) != 0)
        throw py::start_error(path_ + " can't be made: " + std::strerror(errno));
}

void Control::stop() noexcept {
    if (!path_.empty())
        unlink(path_.c_str());
}

void *Control::main(void *self) noexcept {
    for (;;)
        static_cast<Control *>(self)->accept();
}

void Control::accept() noexcept {
    const int client = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
        if (errno != EINTR && errno != ECONNABORTED) // no descriptor or no memory: this thread must not spin meanwhile
            std::this_thread::sleep_for(before_another_try);
        return;
    }
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    auto *conversation = new Conversation(*this, client);
    if (!is_permitted(client) || conversations_ > most_conversations) {
        delete conversation;
        return;
    }
    try {
        py::start_thread("pyhook answer", &Control::converse, conversation);
    } catch (const py::start_error &) {
        delete conversation;
    }
}

std::string Control::answer_to(std::string_view line) {
    return answer(interpreters_, std::chrono::steady_clock::now() - begun_, line);
}

void *Control::converse(void *self) noexcept {
    const std::unique_ptr<Conversation> conversation(static_cast<Conversation *>(self));
    try {
        send_all(conversation->client, conversation->control.answer_to(read_line(conversation->client)) + "\n");
    } catch (const std::exception &) { // no memory, or no thread: the client finds the end without an answer
    }
    return nullptr;
}

} // namespace pyhook
