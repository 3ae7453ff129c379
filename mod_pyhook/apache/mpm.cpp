#include "apache/mpm.h"

#include <ap_listen.h>
#include <apr_portable.h>

#include <atomic>
#include <sys/socket.h>
#include <unistd.h>

namespace apache {

namespace {

constinit std::atomic<bool> recycled = false;

/// An accept function returns this if the process lacks a resource. Every MPM then ends its child gracefully, and the
/// connection is left for another child. `*accepted` is cleared, because the worker MPM would otherwise serve the
/// previous connection again.
apr_status_t refuse(void **accepted, ap_listen_rec *, apr_pool_t *) noexcept {
    *accepted = nullptr;
    return APR_EGENERAL;
}

/// Wakes the thread that waits for connections, by connecting to it. A child that accepts this connection finds it
/// closed.
void knock(const ap_listen_rec &listener) noexcept {
    const int fd = socket(listener.bind_addr->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    static_cast<void>(connect(fd,
                              reinterpret_cast<const sockaddr *>(&listener.bind_addr->sa), // it need not be answered
                              listener.bind_addr->salen));
    close(fd);
}

} // namespace

bool is_threaded() noexcept {
    static const bool threaded = [] {
        int answer = 0;
        return ap_mpm_query(AP_MPMQ_IS_THREADED, &answer) == APR_SUCCESS && answer != AP_MPMQ_NOT_SUPPORTED;
    }();
    return threaded;
}

void recycle_child() noexcept {
    if (recycled.exchange(true))
        return;
    for (ap_listen_rec *listener = ap_listeners; listener != nullptr; listener = listener->next)
        std::atomic_ref(listener->accept_func).store(&refuse);
    if (ap_listeners != nullptr)
        knock(*ap_listeners);
}

bool is_recycled() noexcept { return recycled.load(std::memory_order_relaxed); }

} // namespace apache
