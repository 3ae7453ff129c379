// How an interpreter ends while the process goes on.
#include "py/attach.h"
#include "py/bind.h"
#include "py/version.h"

#include <algorithm>

namespace py {

/// Threads that Python code has made, or httpd's that are about to end.
bool Interpreter::runs_other_threads() const {
    const std::lock_guard lock(lifetime_->mutex);
    version::thread_list_lock list;
    const std::lock_guard unchanged(list);
    const auto &kept = lifetime_->states;
    bool others = lifetime_->leaving > 0;
    for (PyThreadState *each = PyInterpreterState_ThreadHead(interpreter_); each != nullptr;
         each = PyThreadState_Next(each))
        others = others || std::find(kept.begin(), kept.end(), each) == kept.end();
    return others;
}

/// The states that httpd's threads keep; they find out by the lifetime.
void Interpreter::delete_states_but(PyThreadState *own) noexcept {
    std::vector<PyThreadState *> states;
    {
        const std::lock_guard lock(lifetime_->mutex);
        lifetime_->ended = true;
        states.swap(lifetime_->states);
    }
    threads_->fetch_sub(static_cast<std::uint32_t>(states.size()), std::memory_order_relaxed);
    for (PyThreadState *each : states)
        if (each != own) {
            PyThreadState_Clear(each);
            PyThreadState_Delete(each);
        }
}

bool Runtime::end(Interpreter &ending, const Prepare &forget) {
    {
        const attached here(ending);
        if (ending.runs_other_threads())
            return false;
        guarded(0, [&] {
            forget(ending);
            return 0;
        });
        if (PyErr_Occurred() != nullptr)
            write_unraisable({});
    }
    const std::lock_guard lock(changing_); // the exit thread comes before, or does not come any more
    PyThreadState *of_main = main().thread_state();
    PyThreadState *own = ending.thread_state();
    ending.enter(own);
    ending.delete_states_but(own);
    {
        const Turns::ending turn(ending.gate_->turns, own);
        version::end_interpreter(own, of_main);
    }
    Interpreter::none_is_current();
    interpreters_[ending.serial_].reset();
    return true;
}

} // namespace py
