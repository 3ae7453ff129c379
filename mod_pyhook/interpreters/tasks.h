// interpreters/tasks.h: what @pyhook.every has registered, run by one thread per child; mod_watchdog says in which
// child the tasks run that are for one child only.
#pragma once

#include "call/registered.h"

#include <chrono>
#include <list>
#include <mutex>
#include <semaphore.h>

namespace pyhook {

/// Asks mod_watchdog, while the configuration is being made ready, to choose one of the children at a time.
void attach_tasks();

/// The child is about to end: no task begins any more. Safe in a signal handler.
void stop_tasks() noexcept;

class Tasks {
public:
    explicit Tasks(server_rec *s) noexcept;
    Tasks(const Tasks &) = delete;
    Tasks &operator=(const Tasks &) = delete;

    /// Takes what has been registered in the attached interpreter.
    void take(State &state);

    /// Starts the thread, if there is anything to do and it does not run yet. Throws start_error.
    void start();

    /// No task of this interpreter begins any more. False while one runs.
    bool drop(const State &state) noexcept;

    /// Forgets them, attached to their interpreter.
    void forget(const State &state) noexcept;

    using Clock = std::chrono::steady_clock;

    /// Waits until no task runs, but not past `end`. Not for a thread that is attached.
    void wait(Clock::time_point end) const noexcept;

private:
    struct Task {
        State &state;
        Registered function;
        Clock::duration period;
        bool once_per_server;
        Clock::time_point due;
        bool is_dropped = false;
    };

    static void *main(void *self) noexcept;
    void add(State &state, py::borrowed entry);
    Task *claim(Clock::time_point &due) noexcept;
    void run(Task &task) noexcept;

    server_rec *s_;
    std::mutex mutex_; // of the list; nobody waits for a GIL under it
    std::list<Task> tasks_;
    std::atomic<Task *> running_{nullptr};
    std::atomic<bool> started_ = false;
};

} // namespace pyhook
