// control/control.h: the control socket of a child: a thread of its own answers, so that no request thread is needed.
#pragma once

#include "interpreters/interpreters.h"

#include <chrono>
#include <string>

namespace pyhook {

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

} // namespace pyhook
