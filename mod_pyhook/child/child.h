// child/child.h: the life of this child process: Python starts once, and is never finalised.
#pragma once

#include "py/exit.h"

#include "child/stop_clock.h"
#include "control/control.h"
#include "interpreters/interpreters.h"
#include "reload/reloading.h"
#include "watch/watch.h"

namespace pyhook {

class Child {
public:
    /// Starts Python as the main server's configuration says. Never throws: what failed is logged, and every hook
    /// that needs it answers an error.
    static void start(apr_pool_t *pchild, server_rec *s) noexcept;

    /// The child that this process is; null before start.
    static Child *here() noexcept;

    /// The child is told to end, after its requests or at once. Safe in a signal handler.
    void stop(bool gracefully) noexcept;

private:
    explicit Child(server_rec *s);

    void run();
    void stop_loops(std::chrono::steady_clock::time_point end) noexcept;
    void wait_for_work(std::chrono::steady_clock::time_point end) noexcept;
    static bool is_in_a_callable() noexcept;
    void end() noexcept;
    void end_without_callables() noexcept;
    void run_exit_functions() noexcept;

    server_rec *s_;
    Interpreters interpreters_;
    Reloading reloading_;
    std::unique_ptr<py::ExitThread> exit_thread_;
    StopClock stop_clock_;
    Control control_;
    Watch watch_{[this] { stop(false); }};
    std::atomic_flag ending_; // somebody runs the exit functions
};

} // namespace pyhook
