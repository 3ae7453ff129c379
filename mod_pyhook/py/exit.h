// py/exit.h: leaving a process that runs Python: exit functions run, with a deadline, and nothing is finalised.
#pragma once

#include "py/runtime.h"

#include <chrono>
#include <semaphore.h>

namespace py {

/// Runs the exit functions of an interpreter: `before`, attached, and then what `atexit` holds.
void run_exit_functions(Interpreter &interpreter, const Runtime::Prepare &before) noexcept;

/// Runs what `atexit` holds in the attached interpreter; a second time, what has been added since.
void run_atexit();

/// A thread that waits for the end of the process and then runs every interpreter's exit functions. Under the prefork
/// MPM the end comes inside a signal handler, where no Python may run: hence a thread, made beforehand.
class ExitThread {
public:
    /// `before` runs attached in each interpreter, ahead of what `atexit` holds.
    ExitThread(Runtime &runtime, Runtime::Prepare before);
    ExitThread(const ExitThread &) = delete;
    ExitThread &operator=(const ExitThread &) = delete;

    /// Wakes the thread and waits for it. False if the exit functions did not all run until `end`.
    bool run(std::chrono::steady_clock::time_point end) noexcept;

private:
    static void *main(void *self) noexcept;

    Runtime &runtime_;
    Runtime::Prepare before_;
    sem_t wanted_{};
    sem_t done_{};
};

} // namespace py
