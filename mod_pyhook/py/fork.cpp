// Processes that fork. In a process that Python code forks, no other code goes on. A program that forks itself may go
// on with Python.
#include "py/attach.h"
#include "py/version.h"

#include <algorithm>
#include <new>
#include <pthread.h>
#include <utility>

namespace py {

constinit bool detail::in_forked_process = false;

void recognise_forks() {
    pthread_atfork(nullptr, nullptr, [] {
        detail::in_forked_process = true;
        version::after_fork_in_child();
    });
}

/// A fork by the program itself. The thread that forks holds the GIL meanwhile, so that Python is consistent in both
/// processes.
class Fork {
public:
    static void watch(Interpreter &only) {
        only_ = &only;
        pthread_atfork(&Fork::before, &Fork::in_parent, &Fork::in_child);
    }

private:
    static void before() noexcept {
        if (is_attached()) // Python code forks, and CPython puts itself in order
            return;
        here_ = new attached(*only_);
        PyOS_BeforeFork();
    }

    static void in_parent() noexcept {
        if (here_ == nullptr)
            return;
        PyOS_AfterFork_Parent();
        delete std::exchange(here_, nullptr);
    }

    /// Forgets what other threads held or kept: the thread that forked is the only one.
    static void in_child() noexcept {
        if (here_ == nullptr)
            return;
        only_->gate_->forget_queue();
        Lifetime &lifetime = *only_->lifetime_;
        new (&lifetime.mutex) std::mutex();
        PyThreadState *own = version::attached_state();
        std::erase_if(lifetime.states, [own](const PyThreadState *each) { return each != own; });
        lifetime.leaving = 0;
        PyOS_AfterFork_Child();
        detail::in_forked_process = false;
        delete std::exchange(here_, nullptr);
    }

    static inline Interpreter *only_ = nullptr;
    static inline thread_local attached *here_ = nullptr;
};

void go_on_after_forks(Interpreter &only) { Fork::watch(only); }

} // namespace py
