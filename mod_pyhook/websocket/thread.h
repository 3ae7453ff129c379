// websocket/thread.h: a thread that serves one WebSocket, where its connection can't be suspended.
#pragma once

#include "websocket/conversation.h"

namespace pyhook::websocket {

class Thread {
public:
    explicit Thread(request_rec *r) noexcept;
    Thread(const Thread &) = delete;
    Thread &operator=(const Thread &) = delete;
    ~Thread();

    /// Until the conversation is over. It blocks while the client is slow.
    void serve(Conversation &conversation) const noexcept;

    /// There is something to do. From any other thread.
    void call() const noexcept;

private:
    void wait(const Conversation &conversation) const noexcept;

    const int socket_;
    const int wake_; // an eventfd
};

} // namespace pyhook::websocket
