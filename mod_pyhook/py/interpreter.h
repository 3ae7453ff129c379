// py/interpreter.h: one interpreter of this process, main or named, and the thread states that threads keep for it.
#pragma once

#include "py/gate.h"
#include "py/ref.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace py {

class Runtime;
struct Attachment; // what one thread is attached to (attach.cpp)

/// An object whose last reference is dropped when a thread attaches next, because this thread must not wait to attach.
struct Retired {
    Retired *next;
    PyObject *object;
};

/// The thread states that threads keep for one interpreter, and whether it still exists. A thread may look at this
/// after the interpreter has ended.
struct Lifetime {
    std::mutex mutex; // no thread waits for a GIL while it holds this
    bool ended = false;
    unsigned leaving = 0; // the number of threads that end and delete their own state
    std::vector<PyThreadState *> states;
};

/// How often threads have waited for something, and for how long. May lie in shared memory.
struct Waits {
    std::atomic<std::uint64_t> count;
    std::atomic<std::uint64_t> nanoseconds;

    void add(std::chrono::nanoseconds waited) noexcept {
        count.fetch_add(1, std::memory_order_relaxed);
        nanoseconds.fetch_add(static_cast<std::uint64_t>(waited.count()), std::memory_order_relaxed);
    }
};

/// One interpreter of the process, main or named, behind one interface.
class Interpreter {
public:
    Interpreter(const Interpreter &) = delete;
    Interpreter &operator=(const Interpreter &) = delete;

    const std::string &name() const noexcept { return name_; }

    bool has_own_gil() const noexcept { return own_gate_ != nullptr; }

    /// The interpreter to which this thread is attached, or null.
    static Interpreter *current() noexcept;

    /// The place where this thread says so, for other threads. They may read it as long as this thread exists.
    static const std::atomic<Interpreter *> &current_of_this_thread() noexcept;

    /// True if CPython also takes this interpreter for the current one. Python code can make interpreters of its own.
    bool is_attached() const noexcept { return PyInterpreterState_Get() == interpreter_; }

    /// The state that the extension module keeps for this interpreter. The module sets it when it is imported.
    void *state = nullptr;

    /// The thread that holds the GIL, if there is one, and how often that has changed. Needs no attached thread.
    struct Holder {
        PyThreadState *state = nullptr;
        unsigned long switches = 0;
    };
    Holder gil_holder() const noexcept;

    /// Hands over one reference from a thread that is not attached. Lock-free. `node` is a member of the object.
    void retire(Retired &node, PyObject *object) noexcept;

    /// Drops what was retired. A thread that attaches does so; one that is attached for long may call it.
    void release_retired() noexcept {
        if (retired_.load(std::memory_order_relaxed) != nullptr)
            release_all_retired();
    }

    /// From now on counts this interpreter's thread states in `place`.
    void count_threads_in(std::atomic<std::uint32_t> &place) noexcept {
        place.fetch_add(threads_->load());
        threads_ = &place;
    }

    /// From now on counts in `place` how long threads have waited for the GIL on their way in.
    void count_waits_in(Waits &place) noexcept { waits_ = &place; }

private:
    friend class Runtime;
    friend class ExitThread;
    friend class attached;
    friend class detached;
    friend struct KeptStates;
    friend class Fork;

    Interpreter(std::string name, Gate *gate, bool replaceable);

    PyThreadState *thread_state(Attachment &mine = of_this_thread());
    [[gnu::noinline]] PyThreadState *another_thread_state(Attachment &mine);
    void keep(PyThreadState *state);
    bool runs_other_threads() const;
    bool has_other_threads() const;
    bool delete_states_but(PyThreadState *own) noexcept;
    bool run_last_code(const std::function<void()> &forget) noexcept;
    void enter(PyThreadState *state, Attachment &mine = of_this_thread()) noexcept;
    void release_all_retired() noexcept;
    static void none_is_current() noexcept;
    static Attachment &of_this_thread() noexcept;

    const std::string name_;
    unsigned serial_ = 0; // its position among the runtime's interpreters
    Gate *const gate_;    // the gate of its GIL
    const bool replaceable_;
    const std::shared_ptr<Lifetime> lifetime_ = std::make_shared<Lifetime>();
    std::unique_ptr<Gate> own_gate_;
    PyInterpreterState *interpreter_ = nullptr;
    std::atomic<Retired *> retired_{nullptr};
    bool ready_ = false; // it is prepared, so code may run in it
    std::atomic<std::uint32_t> uncounted_{0};
    std::atomic<std::uint32_t> *threads_ = &uncounted_;
    Waits uncounted_waits_{};
    Waits *waits_ = &uncounted_waits_;
};

namespace detail {
extern bool in_forked_process;
}

/// True in a process that Python code has forked. The interpreters belong to the process that forked it.
inline bool forked() noexcept { return detail::in_forked_process; }

/// Makes `forked` recognise the forks of this process.
void recognise_forks();

/// For a program that forks itself: the new process goes on with Python in this interpreter, which must be the only
/// one. Forks by Python code are not meant. To be called once, after Python has started.
void go_on_after_forks(Interpreter &only);

} // namespace py
