#include "py/exit.h"

#include "py/attach.h"
#include "py/bind.h"
#include "py/thread.h"

namespace py {

ExitThread::ExitThread(Runtime &runtime, Runtime::Prepare before) : runtime_(runtime), before_(std::move(before)) {
    sem_init(&wanted_, 0, 0);
    sem_init(&done_, 0, 0);
    start_thread("pyhook exit", &ExitThread::main, this);
}

bool ExitThread::run(std::chrono::steady_clock::time_point end) noexcept {
    // A signal interrupted Python on this thread, which holds the GIL and can't give it back.
    if (Interpreter::current() != nullptr || forked())
        return false;
    sem_post(&wanted_);
    return wait_until(done_, end);
}

void *ExitThread::main(void *self) noexcept {
    auto &thread = *static_cast<ExitThread *>(self);
    while (sem_wait(&thread.wanted_) != 0) {
    }
    {
        const std::lock_guard lock(thread.runtime_.changing_);
        for (const auto &interpreter : thread.runtime_.interpreters_)
            if (interpreter && interpreter->ready_)
                run_exit_functions(*interpreter, thread.before_);
    }
    sem_post(&thread.done_);
    // The thread stays until the process ends, so that its thread states are not deleted meanwhile.
    for (;;)
        sem_wait(&thread.wanted_);
}

void run_atexit() { call(attribute(import("atexit"), "_run_exitfuncs")); }

void run_exit_functions(Interpreter &interpreter, const Runtime::Prepare &before) noexcept {
    attached here(interpreter);
    or_unraisable([&] { before(interpreter); });
    or_unraisable(&run_atexit);
}

} // namespace py
