// child/child.h: Python in this child process: started once, asked for by every hook, left when the process ends.
#pragma once

#include "py/exit.h"

#include "child/leaving.h"
#include "child/reload/reloading.h"
#include "child/tasks.h"
#include "config/config.h"

#include <deque>

namespace pyhook {

class Child {
public:
    /// Starts Python as the main server's configuration says. Never throws: what failed is logged, and every hook
    /// that needs it answers an error.
    static void start(apr_pool_t *pchild, server_rec *s) noexcept;

    /// This process's, or null before start.
    static Child *here() noexcept;

    /// Where a call for this location runs, and for this request if there is one. Without a state if the
    /// interpreter could not start.
    Placement place(const DirConfig &dir, const request_rec *r, const conn_rec *c = nullptr) noexcept;

    /// The same at any moment, without a look at files that may have been edited.
    Placement place_as_it_is(const DirConfig &dir, const request_rec *r, const conn_rec *c = nullptr) noexcept;

    /// The main interpreter's pool first, then those of ServerConfig::interpreters in their order.
    std::deque<Pool> &pools() noexcept { return pools_; }

    /// The child is told to end: once its requests are done, or at once. Safe in a signal handler.
    void stop(bool gracefully) noexcept;

    Tasks &tasks() noexcept { return tasks_; }
    py::Runtime &runtime() noexcept { return *runtime_; }

    /// Takes what is to run again and again in the attached interpreter. What fails is logged.
    void take_tasks(State &state) noexcept;

    /// All that had to be prepared is there: what happens while something is logged may come here.
    bool is_ready() const noexcept { return ready_.load(std::memory_order_acquire); }

    /// Has a decorator registered a callable for the phase, where this location runs?
    bool has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept;

private:
    explicit Child(server_rec *s);

    void run();
    void add_members(Generation &members, const InterpreterDefinition &definition);
    State &add_member(const InterpreterDefinition &definition, int number);
    void import_plugins();
    void import_plugins(std::size_t index, Generation &generation);
    void begin(Member &member, const InterpreterDefinition *definition);
    bool import_plugins_again(std::size_t index) noexcept;
    void preload(State &state, int interpreter) noexcept;
    std::optional<std::bitset<phase_count>> import_into(State &state, const InterpreterDefinition *definition) noexcept;
    void give_up(const char *reason) noexcept;
    void stop_loops(std::chrono::steady_clock::time_point end) noexcept;
    void wait_for_work(std::chrono::steady_clock::time_point end) noexcept;
    static bool is_in_a_callable() noexcept;
    void end() noexcept;
    void end_without_callables() noexcept;
    void run_exit_functions() noexcept;

    server_rec *s_;
    const ServerConfig &config_;
    std::unique_ptr<py::Runtime> runtime_;
    std::unique_ptr<py::ExitThread> exit_thread_;
    Leaving leaving_;
    std::atomic_flag ending_; // somebody runs the exit functions
    std::deque<Pool> pools_;
    Tasks tasks_;
    Reloading reloading_;
    std::atomic<bool> ready_{false};
};

} // namespace pyhook
