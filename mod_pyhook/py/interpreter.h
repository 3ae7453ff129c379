// py/interpreter.h: Python in this process: one Runtime, its main interpreter and the named ones, their thread states.
#pragma once

#include "py/error.h"
#include "py/gate.h"
#include "py/inherited.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace py {

class Runtime;

/// An object whose last reference is dropped at the next attach, by a thread that must not wait for one now.
struct Retired {
    Retired *next;
    PyObject *object;
};

/// The thread states that threads keep of one interpreter, and whether it still exists. A thread may look at it later.
struct Lifetime {
    std::mutex mutex; // nobody waits for a GIL under it
    bool ended = false;
    unsigned leaving = 0; // threads that end, and delete their own state
    std::vector<PyThreadState *> states;
};

/// One interpreter of the process, main or named, behind one interface.
class Interpreter {
public:
    Interpreter(const Interpreter &) = delete;
    Interpreter &operator=(const Interpreter &) = delete;

    const std::string &name() const noexcept { return name_; }

    bool has_own_gil() const noexcept { return own_gate_ != nullptr; }

    /// The interpreter this thread is attached to, or null.
    static Interpreter *current() noexcept;

    /// Is CPython's idea of the current interpreter this one? Python code can make interpreters of its own.
    bool is_attached() const noexcept { return PyInterpreterState_Get() == interpreter_; }

    /// What the extension module keeps for this interpreter; set by the module when it is imported.
    void *state = nullptr;

    /// Hands over one reference from a thread that is not attached. Lock-free; `node` lies inside the object.
    void retire(Retired &node, PyObject *object) noexcept;

    /// From now on the number of its thread states stands there.
    void count_threads_in(std::atomic<std::uint32_t> &place) noexcept {
        place.fetch_add(threads_->load());
        threads_ = &place;
    }

private:
    friend class Runtime;
    friend class ExitThread;
    friend class attached;
    friend class detached;
    friend struct KeptStates;

    Interpreter(std::string name, Gate *gate, bool replaceable);

    PyThreadState *thread_state();
    void keep(PyThreadState *state);
    bool runs_other_threads() const;
    bool has_other_threads() const;
    bool delete_states_but(PyThreadState *own) noexcept;
    bool run_last_code(const std::function<void()> &forget) noexcept;
    void enter(PyThreadState *state) noexcept;
    void release_retired() noexcept;
    static void none_is_current() noexcept;

    const std::string name_;
    unsigned serial_ = 0; // position among the runtime's interpreters
    Gate *const gate_;    // its GIL's
    const bool replaceable_;
    const std::shared_ptr<Lifetime> lifetime_ = std::make_shared<Lifetime>();
    std::unique_ptr<Gate> own_gate_;
    PyInterpreterState *interpreter_ = nullptr;
    std::atomic<Retired *> retired_{nullptr};
    bool ready_ = false; // prepared, so that code may run in it
    std::atomic<std::uint32_t> uncounted_{0};
    std::atomic<std::uint32_t> *threads_ = &uncounted_;
};

/// How Python starts.
struct Settings {
    std::string executable;        // its environment decides sys.prefix
    std::vector<std::string> path; // stands first on sys.path, in every interpreter
};

/// A further interpreter.
struct InterpreterSettings {
    std::string name;
    bool own_gil = false;
    std::vector<std::string> path = {}; // stands before the runtime's
    bool replaceable = false;           // may be ended while the process goes on
    Environment environment = {};       // if it is not the runtime's
};

/// Python could not start; `what()` is CPython's own reason.
struct start_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Nobody above can take a Python exception: it becomes the reason why an interpreter did not start.
template <class Step> void or_start_error(const char *what, Step step) {
    try {
        step();
    } catch (const error &) {
        std::string reason = what;
        for (const std::string &line : describe(take_exception()))
            reason += "\n" + line;
        throw start_error(reason);
    }
}

/// Python in this process, from its start to the end of the process. There is one; it is never finalised, since
/// threads may still come back to it.
class Runtime {
public:
    using Prepare = std::function<void(Interpreter &)>;

    /// Starts Python and its main interpreter; `prepare` runs attached in every new interpreter.
    Runtime(const Settings &settings, Prepare prepare);
    Runtime(const Runtime &) = delete;
    Runtime &operator=(const Runtime &) = delete;

    Interpreter &main() noexcept { return *interpreters_.front(); }

    /// Makes a further interpreter and prepares it.
    Interpreter &add(const InterpreterSettings &settings);

    /// Ends a replaceable interpreter that nobody uses any more; `forget` runs attached in it before. False if threads
    /// of its own still run there: try again later.
    bool end(Interpreter &ending, const Prepare &forget);

    /// In a process forked by Python code this is another process's runtime.
    static bool forked() noexcept;

private:
    friend class Interpreter;
    friend class ExitThread;

    void start(const Settings &settings);
    void create(Interpreter &made, const InterpreterSettings &settings);
    void make_ready(Interpreter &made, const std::vector<std::string> &path);
    void adopt(Interpreter &interpreter, PyThreadState *state);
    Interpreter &enlist(std::unique_ptr<Interpreter> made);
    void strike(const Interpreter &ended) noexcept;

    Prepare prepare_;
    Settings settings_;
    Gate gate_;           // of the GIL that the main interpreter and others share
    std::mutex changing_; // of the list below; nobody who is attached waits for it
    std::vector<std::unique_ptr<Interpreter>> interpreters_;
};

} // namespace py
