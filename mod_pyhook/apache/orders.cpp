#include "apache/orders.h"

#include "apache/mpm.h"

#include <atomic>
#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace apache {

namespace {

using Told = void() noexcept;
using Asked = bool() noexcept;

constinit Told *hurried = nullptr;
constinit Asked *is_busy = nullptr;
constinit struct sigaction at_stop = {};    // prefork's own
constinit struct sigaction at_restart = {}; // the same, for SIGHUP
constinit pthread_t interrupted = {};
constinit std::atomic<bool> was_busy = false;

void hurry(int, siginfo_t *order, void *) noexcept {
    if (order->si_pid != getpid()) // the MPM wakes its main thread by this signal
        hurried();
}

void end_or_not(int signal) noexcept {
    if (!is_busy())
        return (signal == SIGHUP ? at_restart : at_stop).sa_handler(signal);
    interrupted = pthread_self();
    was_busy = true;
}

/// What is busy is not to be interrupted more than need be: hence SA_RESTART.
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

void when_hurried(void (*told)() noexcept) noexcept {
    if (!is_threaded())
        return;
    hurried = told;
    struct sigaction own = {};
    own.sa_sigaction = &hurry;
    own.sa_flags = SA_SIGINFO; // and no SA_RESTART: the MPM's main thread must wake
    sigaction(SIGTERM, &own, nullptr);
}

void end_unless(bool (*busy)() noexcept) noexcept {
    if (is_threaded() || ap_exists_config_define("ONE_PROCESS") != 0)
        return;
    is_busy = busy;
    stand_before(SIGTERM, at_stop);
    stand_before(SIGHUP, at_restart);
}

void end_again() noexcept {
    if (was_busy)
        pthread_kill(interrupted, SIGTERM);
}

} // namespace apache
