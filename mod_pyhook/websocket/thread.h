// websocket/thread.h: serves one WebSocket with a thread, where its connection can't be suspended.
#pragma once

#include "websocket/conversation.h"

#include <poll.h>

namespace pyhook::websocket {

class Thread {
public:
    explicit Thread(request_rec *r) noexcept;
    Thread(const Thread &) = delete;
    Thread &operator=(const Thread &) = delete;
    ~Thread();

    /// Returns when the conversation is over. Blocks while the client is slow.
    void serve(Conversation &conversation) const noexcept;

    /// Waits until there is something to do for the conversation, until something happens to `other`, or until a time.
    void wait(const Conversation &conversation, pollfd other, Conversation::Clock::time_point until) const noexcept;

    /// Wakes the thread, because there is something to do. Other threads call it.
    void call() const noexcept;

private:
    const int socket_;
    const int wake_; // an eventfd
};

} // namespace pyhook::websocket
