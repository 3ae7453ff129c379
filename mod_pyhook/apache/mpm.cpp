#include "apache/mpm.h"

#include <ap_listen.h>
#include <apr_portable.h>

#include <algorithm>
#include <atomic>
#include <csignal>
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

/// This child's row of the scoreboard, or -1.
int own_row() noexcept {
    int rows = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &rows);
    for (int row = 0; row < rows; ++row)
        if (ap_scoreboard_image->parent[row].pid == getpid())
            return row;
    return -1;
}

/// A signal handler gets only the signal. This is the data that it needs.
struct Sigterm {
    void (*told)() noexcept = nullptr;
    bool (*is_busy)() noexcept = nullptr;
    struct sigaction at_stop = {};    // the handler of prefork
    struct sigaction at_restart = {}; // the same, for SIGHUP
    std::atomic<bool> was_busy = false;
};

constinit Sigterm sigterm;

void hurry(int, siginfo_t *order, void *) noexcept {
    if (order->si_pid != getpid()) // the MPM wakes its main thread with this signal too
        sigterm.told();
}

/// Safe in a signal handler. The first thread of prefork's child serves, and ends the child.
void send_to_first_thread(int signal) noexcept { tgkill(getpid(), getpid(), signal); }

/// httpd sends the order twice. While the first thread follows the first one, the second one comes to a thread of the
/// application, if it has any, which would end the child too: without its exit functions, or by a crash.
void end_or_not(int signal) noexcept {
    if (gettid() != getpid())
        return send_to_first_thread(signal);
    if (!sigterm.is_busy())
        return (signal == SIGHUP ? sigterm.at_restart : sigterm.at_stop).sa_handler(signal);
    sigterm.was_busy = true;
}

/// SA_RESTART, so that the signal interrupts no system call of the busy code.
void stand_before(int signal, struct sigaction &former) noexcept {
    sigaction(signal, nullptr, &former);
    if (former.sa_handler == SIG_DFL || former.sa_handler == SIG_IGN)
        return;
    struct sigaction own = {};
    own.sa_handler = &end_or_not;
    own.sa_flags = SA_RESTART;
    sigaddset(&own.sa_mask, SIGTERM);
    sigaddset(&own.sa_mask, SIGHUP);
    sigaction(signal, &own, nullptr);
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

int busy_threads() noexcept {
    const int row = own_row();
    int threads = 0;
    int busy = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &threads);
    for (int thread = 0; row >= 0 && thread < threads; ++thread) {
        const auto status = ap_scoreboard_image->servers[row][thread].status;
        busy += status >= SERVER_BUSY_READ && status <= SERVER_CLOSING ? 1 : 0;
    }
    return busy;
}

int responses_without_threads() noexcept {
    const int row = own_row();
    if (row < 0)
        return 0;
    const process_score &own = ap_scoreboard_image->parent[row];
    return static_cast<int>(own.write_completion + own.suspended);
}

/// No function of httpd gives AsyncRequestWorkerFactor, so it is looked up in the configuration. The last line counts,
/// and of a fraction only the whole number.
ConnectionLimit connection_limit() {
    ConnectionLimit limit{.connections = 0, .threads = 0, .factor = "2"};
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &limit.threads);
    for (const ap_directive_t *line = ap_conftree; line != nullptr; line = line->next)
        if (ap_cstr_casecmp(line->directive, "AsyncRequestWorkerFactor") == 0)
            limit.factor = line->args;
    limit.connections = limit.threads * (1 + std::max(0, atoi(limit.factor)));
    return limit;
}

bool is_recycled() noexcept { return recycled.load(std::memory_order_relaxed); }

void on_sigterm(void (*told)() noexcept) noexcept {
    if (!is_threaded())
        return;
    sigterm.told = told;
    struct sigaction own = {};
    own.sa_sigaction = &hurry;
    own.sa_flags = SA_SIGINFO; // without SA_RESTART, because the MPM's main thread must wake
    sigaction(SIGTERM, &own, nullptr);
}

void refuse_sigterm_while(bool (*busy)() noexcept) noexcept {
    if (is_threaded() || ap_exists_config_define("ONE_PROCESS") != 0)
        return;
    sigterm.is_busy = busy;
    stand_before(SIGTERM, sigterm.at_stop);
    stand_before(SIGHUP, sigterm.at_restart);
}

void repeat_sigterm() noexcept {
    if (sigterm.was_busy)
        send_to_first_thread(SIGTERM);
}

} // namespace apache
