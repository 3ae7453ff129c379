#include "apache/sigterm.h"

#include "apache/mpm.h"

#include <atomic>
#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace apache {

namespace {

/// A signal handler gets only the signal. This is the data that it needs.
struct Sigterm {
    void (*told)() noexcept = nullptr;
    bool (*is_busy)() noexcept = nullptr;
    struct sigaction at_stop = {};    // the handler of prefork
    struct sigaction at_restart = {}; // the same, for SIGHUP
    pthread_t interrupted = {};
    std::atomic<bool> was_busy = false;
};

constinit Sigterm sigterm;

void hurry(int, siginfo_t *order, void *) noexcept {
    if (order->si_pid != getpid()) // the MPM wakes its main thread with this signal too
        sigterm.told();
}

void end_or_not(int signal) noexcept {
    if (!sigterm.is_busy())
        return (signal == SIGHUP ? sigterm.at_restart : sigterm.at_stop).sa_handler(signal);
    sigterm.interrupted = pthread_self();
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
        pthread_kill(sigterm.interrupted, SIGTERM);
}

} // namespace apache
