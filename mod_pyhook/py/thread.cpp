#include "py/thread.h"

#include "py/interpreter.h"

#include <csignal>
#include <pthread.h>

namespace py {

void start_thread(void *(*main)(void *) noexcept, void *argument) {
    sigset_t all;
    sigset_t outer;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &outer);
    pthread_t thread{};
    const int failed = pthread_create(&thread, nullptr, main, argument);
    pthread_sigmask(SIG_SETMASK, &outer, nullptr);
    if (failed != 0)
        throw start_error("a thread could not be made");
    pthread_detach(thread);
}

} // namespace py
