#include "child/child.h"

#include "py/attach.h"

#include "apache/log.h"
#include "apache/loop_poller.h"
#include "apache/mpm.h"
#include "apache/pool.h"
#include "apache/registering.h"

#include "call/registered.h"
#include "interpreters/status.h"
#include "loops/loop.h"
#include "processes/websocket.h"
#include "types/ending.h"

#include <thread>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit Child *the_child = nullptr;

} // namespace

Child *Child::here() noexcept { return the_child; }

Child::Child(server_rec *s) : s_(s), interpreters_(s), reloading_(interpreters_, s), control_(interpreters_, s) {}

void Child::start(apr_pool_t *pchild, server_rec *s) noexcept {
    auto *child = new Child(s); // as long as the process: threads may come back to it at any time
    the_child = child;
    apache::before_end<[](Child *child) { child->end(); }>(pchild, child);
    try {
        child->run();
    } catch (const std::exception &failure) {
        apache::log(APLOG_CRIT, s, std::string(code::no_python) + ": Python could not start: " + failure.what());
        child->interpreters_.close();
    }
}

void Child::run() {
    interpreters_.start();
    exit_thread_ = std::make_unique<py::ExitThread>(interpreters_.runtime(),
                                                    [this](py::Interpreter &) { run_callbacks("exit", s_); });
    watch_.start(interpreters_.pools().front()->current().members().front()->state);
    stop_clock_.start([this] { end_without_callables(); });
    apache::refuse_sigterm_while(&is_in_a_callable);
    interpreters_.load();
    if (apache::was_done(reload_wanted)) {
        reloading_.start();
        interpreters_.watch_edits(reloading_);
    }
    control_.start();
    interpreters_.set_ready();
}

void Child::stop(bool gracefully) noexcept {
    const auto hurry = []() noexcept {
        begin_stopping_at_once();
        the_child->stop_clock_.begin();
    };
    if (gracefully)
        apache::on_sigterm(hurry);
    else
        hurry();
}

/// Runs in prefork's handler of SIGTERM. An interrupted callable goes on for the time that it gets under every MPM: the
/// exit functions need the GIL, which this thread may hold.
bool Child::is_in_a_callable() noexcept {
    if (py::Interpreter::current() == nullptr || py::forked() || !the_child->interpreters_.is_ready())
        return false;
    stop_tasks();
    the_child->stop_clock_.begin();
    return true;
}

/// Ends the process when a callable does not return: httpd would wait for its thread.
void Child::end_without_callables() noexcept {
    if (ending_.test_and_set())
        return;
    apache::log(APLOG_WARNING, s_,
                std::string(code::no_return) + ": a request did not end in time: the child ends without it");
    run_exit_functions();
    _exit(0);
}

/// Closes the event loops: their tasks end before the exit functions run.
void Child::stop_loops(std::chrono::steady_clock::time_point end) noexcept {
    constexpr std::chrono::milliseconds look_again{5};
    const auto have_stopped = [this] {
        bool all = true;
        for (const auto &pool : interpreters_.pools())
            for (const auto &member : pool->current().members())
                all = Loop::stop(member->state) && all;
        return all;
    };
    while (!have_stopped() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(look_again);
}

void Child::wait_for_work(std::chrono::steady_clock::time_point end) noexcept {
    stop_loops(end);
    interpreters_.wait(end);
    interpreters_.tasks().wait(end);
    if (apache::is_threaded()) // elsewhere the thread that serves a socket is this one
        processes::wait_for_sockets(end);
    reloading_.wait(end);
}

void Child::end() noexcept {
    if (py::forked())
        return;
    while (ending_.test_and_set()) // the process ends as soon as the exit functions have run
        pause();
    stop_tasks();
    stop_clock_.begin();
    if (py::Interpreter::current() == nullptr) // under prefork a signal may have interrupted Python on this thread
        wait_for_work(stop_clock_.until(StopClock::for_tasks));
    apache::LoopPoller::stop_all();
    if (apache::is_threaded())
        apache::Poller::here().stop();
    run_exit_functions();
}

void Child::run_exit_functions() noexcept {
    control_.stop();
    if (exit_thread_ && !exit_thread_->run(stop_clock_.until(StopClock::for_exit_functions)))
        apache::log(APLOG_WARNING, s_, std::string(code::exit_late) + ": exit functions were given up");
    begin_exit();
    release_counters();
}

} // namespace pyhook
