#include "py/exit.h"

#include "py/attach.h"
#include "py/bind.h"

#include <csignal>
#include <ctime>
#include <pthread.h>

namespace py {

namespace {

timespec after(std::chrono::milliseconds delay) noexcept {
    timespec moment{};
    clock_gettime(CLOCK_REALTIME, &moment);
    const long nanoseconds = moment.tv_nsec + (delay.count() % 1000) * 1'000'000;
    moment.tv_sec += delay.count() / 1000 + nanoseconds / 1'000'000'000;
    moment.tv_nsec = nanoseconds % 1'000'000'000;
    return moment;
}

} // namespace

ExitThread::ExitThread(Runtime &runtime, Runtime::Prepare before) : runtime_(runtime), before_(std::move(before)) {
    sem_init(&wanted_, 0, 0);
    sem_init(&done_, 0, 0);
    // httpd's signals belong to its own threads.
    sigset_t all;
    sigset_t outer;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &outer);
    pthread_t thread{};
    const int failed = pthread_create(&thread, nullptr, &ExitThread::main, this);
    pthread_sigmask(SIG_SETMASK, &outer, nullptr);
    if (failed != 0)
        throw start_error("the thread that runs exit functions could not be made");
    pthread_detach(thread);
}

bool ExitThread::run(std::chrono::milliseconds deadline) noexcept {
    // A signal that interrupted Python on this very thread: it holds the GIL and will never give it back.
    if (Interpreter::current() != nullptr || Runtime::forked())
        return false;
    sem_post(&wanted_);
    const timespec end = after(deadline);
    while (sem_timedwait(&done_, &end) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

void *ExitThread::main(void *self) noexcept {
    auto &thread = *static_cast<ExitThread *>(self);
    while (sem_wait(&thread.wanted_) != 0) {
    }
    for (const auto &interpreter : thread.runtime_.interpreters_)
        thread.leave(*interpreter);
    sem_post(&thread.done_);
    // The thread stays until the process ends: its thread states must not be torn down meanwhile.
    for (;;)
        sem_wait(&thread.wanted_);
}

void ExitThread::leave(Interpreter &interpreter) noexcept {
    const auto run = [](auto &&step) {
        guarded(0, [&] {
            step();
            return 0;
        });
        if (PyErr_Occurred() != nullptr)
            write_unraisable({});
    };
    attached here(interpreter);
    run([&] { before_(interpreter); });
    run([] { call(attribute(import("atexit"), "_run_exitfuncs")); });
}

} // namespace py
