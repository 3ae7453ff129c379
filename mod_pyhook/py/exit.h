// py/exit.h: leaves a process that runs Python: exit functions run, with a deadline, and nothing is finalised.
#pragma once

#include "py/runtime.h"

#include <chrono>
#include <semaphore.h>

namespace py {

/// Runs the exit functions of an interpreter: `before`, attached, and then the functions of `atexit`.
void run_exit_functions(Interpreter &interpreter, const Runtime::Prepare &before) noexcept;

/// Runs the functions of `atexit` in the attached interpreter. A second call runs those that were added since the
/// first.
void run_atexit();

/// A thread that waits for the end of the process and then runs the exit functions of every interpreter. Under the
/// prefork MPM the end comes inside a signal handler, where no Python may run; so the thread is made beforehand.
class ExitThread {
public:
    /// `before` runs attached in each interpreter, before the functions of `atexit`.
    ExitThread(Runtime &runtime, Runtime::Prepare before);
    ExitThread(const ExitThread &) = delete;
    ExitThread &operator=(const ExitThread &) = delete;

    /// Wakes the thread and waits for it. Returns false if some exit functions did not return before `end`.
    bool run(std::chrono::steady_clock::time_point end) noexcept;

private:
    static void *main(void *self) noexcept;

    Runtime &runtime_;
    Runtime::Prepare before_;
    sem_t wanted_{};
    sem_t done_{};
};

} // namespace py
