// control/control.h: looks into a running child: for the command `pyhook`, over a socket, and for a load balancer.
#pragma once

#include "interpreters/interpreters.h"

#include <chrono>
#include <string>
#include <string_view>

namespace pyhook {

/// The control socket of a child. A thread of its own answers, so that no request thread is needed.
class Control {
public:
    Control(Interpreters &interpreters, server_rec *s) : interpreters_(interpreters), s_(s) {}
    Control(const Control &) = delete;
    Control &operator=(const Control &) = delete;

    /// Listens, if PyHookControl is On. What fails is logged, and the child goes on.
    void start() noexcept;

    /// Removes the socket. Safe in a signal handler.
    void stop() noexcept;

private:
    struct Conversation;

    void listen();
    static void *main(void *self) noexcept;
    static void *converse(void *self) noexcept;
    void accept() noexcept;
    std::string answer_to(std::string_view line);

    Interpreters &interpreters_;
    server_rec *s_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::string path_;
    int socket_ = -1;
    std::atomic<int> conversations_ = 0;
};

/// `ps`: the child, the requests that run in Python, and the worker processes. `stacks`: the same with Python stacks.
/// `profile SECONDS`: how often each stack was seen. `memory SECONDS`: what pyhook.operating.memory says.
/// `recent NUMBER`: failures and reloads that were told after the one of this number. `processes`: what
/// the error log has told last of worker processes. `metrics`: what the handler pyhook-metrics answers. `routes`: the
/// lines of the configuration that say which callable serves where. `age` is that of the child.
std::string answer(Interpreters &interpreters, std::chrono::steady_clock::duration age, std::string_view line);

/// Makes the parent make the directory before there are children, and remove it when the last child has ended.
void attach_control_directory();

/// Removes the sockets of children that have ended without doing so.
void remove_left_sockets(const char *directory) noexcept;

/// Registers the handler pyhook-health, which tells a load balancer whether this machine should get requests. It needs
/// no Python.
void attach_health();

} // namespace pyhook
