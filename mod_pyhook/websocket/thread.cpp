#include "websocket/thread.h"

#include <algorithm>
#include <sys/eventfd.h>
#include <unistd.h>

namespace pyhook::websocket {

namespace {

/// The descriptor that becomes readable when the client sends something; for an HTTP/2 stream this is a pipe.
int descriptor_of(request_rec *r) {
    apr_os_sock_t descriptor = -1;
    if (r->connection->master == nullptr) {
        apr_os_sock_get(&descriptor, ap_get_conn_socket(r->connection));
        return descriptor;
    }
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 129)
    apr_pollfd_t pollfd{};
    if (ap_get_pollfd_from_conn(r->connection, &pollfd, nullptr) == APR_SUCCESS) {
        if (pollfd.desc_type == APR_POLL_SOCKET)
            apr_os_sock_get(&descriptor, pollfd.desc.s);
        else if (pollfd.desc_type == APR_POLL_FILE)
            apr_os_file_get(&descriptor, pollfd.desc.f);
    }
#endif
    return descriptor;
}

} // namespace

Thread::Thread(request_rec *r) noexcept : socket_(descriptor_of(r)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Thread::~Thread() { close(wake_); }

void Thread::serve(Conversation &conversation) const noexcept {
    for (bool readable = true; conversation.step(Conversation::Clock::now(), readable); readable = true)
        wait(conversation, {.fd = -1, .events = 0, .revents = 0}, conversation.due());
}

void Thread::call() const noexcept { eventfd_write(wake_, 1); }

void Thread::wait(const Conversation &conversation,
                  pollfd other,
                  Conversation::Clock::time_point until) const noexcept {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Conversation::Clock::now()).count();
    pollfd polled[] = {{.fd = wake_, .events = POLLIN, .revents = 0},
                       {.fd = conversation.listens() ? socket_ : -1, .events = POLLIN, .revents = 0},
                       other};
    poll(polled, std::size(polled), static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
    eventfd_t count = 0;
    eventfd_read(wake_, &count);
}

} // namespace pyhook::websocket
