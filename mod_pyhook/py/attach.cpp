#include "py/attach.h"

#include "py/version.h"

#include <pthread.h>

namespace py {

/// The thread states of one thread, by the serial of their interpreter. They live as long as the thread: making one
/// costs more than a request.
struct KeptStates {
    struct Kept {
        PyThreadState *state = nullptr;
        Interpreter *interpreter = nullptr;
    };
    std::vector<Kept> states;

    static void leave(void *self) noexcept;
    static KeptStates &mine();
};

namespace {

// Plain pointers: a thread_local with a destructor would pin the module in the parent.
constinit thread_local Interpreter *current_interpreter = nullptr;
constinit thread_local KeptStates *kept_states = nullptr;

pthread_key_t leave_key() {
    static const pthread_key_t key = [] {
        pthread_key_t made{};
        if (pthread_key_create(&made, &KeptStates::leave) != 0)
            throw std::runtime_error("no thread key is left");
        return made;
    }();
    return key;
}

} // namespace

KeptStates &KeptStates::mine() {
    if (kept_states == nullptr) {
        kept_states = new KeptStates();
        pthread_setspecific(leave_key(), kept_states);
    }
    return *kept_states;
}

/// A thread of httpd's ends (HTTP/2 workers come and go): its states go with it.
void KeptStates::leave(void *self) noexcept {
    auto *kept = static_cast<KeptStates *>(self);
    if (!Runtime::forked())
        for (const auto &[state, interpreter] : kept->states)
            if (state != nullptr) {
                interpreter->threads_->fetch_sub(1, std::memory_order_relaxed);
                PyEval_RestoreThread(state);
                PyThreadState_Clear(state);
                PyThreadState_DeleteCurrent();
            }
    kept_states = nullptr;
    delete kept;
}

Interpreter *Interpreter::current() noexcept { return current_interpreter; }

PyThreadState *Interpreter::thread_state() {
    auto &states = KeptStates::mine().states;
    if (states.size() <= serial_)
        states.resize(serial_ + 1);
    KeptStates::Kept &kept = states[serial_];
    if (kept.state == nullptr) {
        kept = {.state = PyThreadState_New(interpreter_), .interpreter = this};
        if (kept.state == nullptr)
            throw std::bad_alloc();
        threads_->fetch_add(1, std::memory_order_relaxed);
    }
    return kept.state;
}

/// Keeps the state that CPython made for this thread together with the interpreter, and detaches from it.
void Runtime::adopt(Interpreter &interpreter, PyThreadState *state) {
    interpreter.interpreter_ = PyThreadState_GetInterpreter(state);
    auto &states = KeptStates::mine().states;
    states.resize(std::max<std::size_t>(states.size(), interpreter.serial_ + 1));
    states[interpreter.serial_] = {.state = state, .interpreter = &interpreter};
    interpreter.threads_->fetch_add(1, std::memory_order_relaxed);
    PyEval_SaveThread();
}

/// Takes the GIL for `state`. Only one thread at a time waits for it inside CPython, which makes its holder give way
/// every few milliseconds; the others wait at the gate, for a whole turn.
void Interpreter::enter(PyThreadState *state) noexcept {
    if (version::has_gil) {
        const std::lock_guard gate(*gate_);
        PyEval_RestoreThread(state);
    } else {
        PyEval_RestoreThread(state);
    }
    version::bind_gilstate(state);
    current_interpreter = this;
}

attached::attached(Interpreter &here) : outer_(current_interpreter), entered_(outer_ != &here) {
    if (!entered_)
        return;
    PyThreadState *state = here.thread_state();
    if (outer_ != nullptr)
        outer_state_ = PyEval_SaveThread();
    here.enter(state);
    if (here.retired_.load(std::memory_order_relaxed) != nullptr)
        here.release_retired();
}

attached::~attached() {
    if (!entered_)
        return;
    PyEval_SaveThread();
    current_interpreter = nullptr;
    if (outer_ != nullptr)
        outer_->enter(outer_state_);
}

bool is_attached() noexcept { return version::attached_state() != nullptr; }

recognised::recognised(Interpreter *here) noexcept : outer_(std::exchange(current_interpreter, here)) {}

recognised::~recognised() { current_interpreter = outer_; }

detached::detached() noexcept : outer_(current_interpreter) {
    if (outer_ == nullptr)
        return;
    current_interpreter = nullptr;
    state_ = PyEval_SaveThread();
}

detached::~detached() {
    if (outer_ != nullptr)
        outer_->enter(state_);
}

} // namespace py
