// Ends an interpreter while the process goes on.
#include "py/attach.h"
#include "py/bind.h"
#include "py/exit.h"
#include "py/version.h"

#include <algorithm>

namespace py {

bool Interpreter::runs_other_threads() const {
    const std::lock_guard lock(lifetime_->mutex);
    return has_other_threads();
}

/// True if the interpreter has threads that Python code has made, or httpd threads that are about to end. The caller
/// holds the lifetime's lock.
bool Interpreter::has_other_threads() const {
    version::thread_list_lock list;
    const std::lock_guard unchanged(list);
    const auto &kept = lifetime_->states;
    bool others = lifetime_->leaving > 0;
    for (PyThreadState *each = PyInterpreterState_ThreadHead(interpreter_); each != nullptr;
         each = PyThreadState_Next(each))
        others = others || std::find(kept.begin(), kept.end(), each) == kept.end();
    return others;
}

/// Deletes the thread states that httpd's threads keep; those threads learn it from the lifetime. Returns false if
/// there is a state of another thread.
bool Interpreter::delete_states_but(PyThreadState *own) noexcept {
    std::vector<PyThreadState *> states{own};
    {
        const std::lock_guard lock(lifetime_->mutex);
        if (has_other_threads())
            return false;
        lifetime_->ended = true;
        states.swap(lifetime_->states);
    }
    std::erase(states, own);
    threads_->fetch_sub(static_cast<std::uint32_t>(states.size()), std::memory_order_relaxed);
    for (PyThreadState *each : states) {
        PyThreadState_Clear(each);
        PyThreadState_Delete(each);
    }
    return true;
}

/// Runs the application's code that runs when its objects are dropped. Returns false if that has started threads.
bool Interpreter::run_last_code(const std::function<void()> &forget) noexcept {
    or_unraisable(forget);
    PyGC_Collect();
    or_unraisable(&run_atexit);
    return !runs_other_threads();
}

/// CPython ends the whole process if an interpreter that ends has another thread. So no code of the application may be
/// left that could start a thread, and no httpd thread may be about to end.
bool Runtime::end(Interpreter &ending, const Prepare &forget) {
    PyThreadState *own = ending.thread_state();
    {
        const attached here(ending);
        if (ending.runs_other_threads() || !ending.run_last_code([&] { forget(ending); }) ||
            !ending.delete_states_but(own) || !ending.run_last_code([] {}))
            return false;
    }
    const std::lock_guard lock(changing_); // the exit thread has come before, or does not come any more
    ending.enter(own);
    ending.threads_->fetch_sub(1, std::memory_order_relaxed);
    {
        const Turns::ending turn(ending.gate_->turns, own);
        version::end_interpreter(own);
    }
    Interpreter::none_is_current();
    interpreters_[ending.serial_].reset();
    return true;
}

} // namespace py
