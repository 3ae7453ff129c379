#include "py/attach.h"

#include "py/version.h"

#include <algorithm>
#include <new>
#include <pthread.h>
#include <utility>

namespace py {

/// The thread states of one thread, by the serial of their interpreter. They live as long as the thread, because making
/// one costs more than a request.
struct KeptStates {
    struct Kept {
        PyThreadState *state = nullptr;
        std::shared_ptr<Lifetime> of = nullptr;
        std::atomic<std::uint32_t> *counted = nullptr;

        bool claim() const noexcept;
        void remove() noexcept;
    };
    std::vector<Kept> states;

    static void leave(void *self) noexcept;
    static KeptStates &here();
};

/// What one thread is attached to, and what it keeps. Nothing here has a destructor, because a thread_local with one
/// would pin the module in the parent.
struct Attachment {
    /// Also set while the thread waits for the GIL or gives it up: a signal handler must know that this thread has, or
    /// will have, the GIL. It is atomic because other threads may read it.
    std::atomic<Interpreter *> current = nullptr;
    KeptStates *kept = nullptr;
    const Lifetime *latest_of = nullptr; // of `latest`, the state used last, which `kept` has too
    PyThreadState *latest = nullptr;
    PyThreadState *bound = nullptr; // PyGILState_Ensure finds it on this thread, and nobody deletes it meanwhile

    void set_current(Interpreter *here) noexcept { current.store(here, std::memory_order_relaxed); }
};

namespace {

constinit thread_local Attachment attachment;

/// Shared by threads that make a thread state. tracemalloc takes the GIL in there, so that nobody may wait for this
/// mutex with the GIL.
std::shared_mutex making_states;

PyThreadState *new_thread_state(PyInterpreterState *of) {
    const detached here;
    const std::shared_lock making(making_states);
    PyThreadState *made = PyThreadState_New(of);
    if (made == nullptr)
        throw std::bad_alloc();
    return made;
}

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

/// To find it is a call, which the compiler would make again at each use of the variable.
Attachment &Interpreter::of_this_thread() noexcept { return *std::launder(&attachment); }

KeptStates &KeptStates::here() {
    Attachment &mine = Interpreter::of_this_thread();
    if (mine.kept == nullptr) {
        mine.kept = new KeptStates();
        pthread_setspecific(leave_key(), mine.kept);
    }
    return *mine.kept;
}

/// Claims the state, so that this thread may delete it. Returns false if the state ended with its interpreter.
bool KeptStates::Kept::claim() const noexcept {
    const std::lock_guard lock(of->mutex);
    if (of->ended)
        return false;
    std::erase(of->states, state);
    ++of->leaving;
    return true;
}

void KeptStates::Kept::remove() noexcept {
    if (state == nullptr || !claim())
        return;
    counted->fetch_sub(1, std::memory_order_relaxed);
    PyEval_RestoreThread(state);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    const std::lock_guard lock(of->mutex);
    --of->leaving;
}

/// Deletes the states of an httpd thread that ends, as HTTP/2 workers do often.
void KeptStates::leave(void *self) noexcept {
    auto *kept = static_cast<KeptStates *>(self);
    if (!forked())
        for (Kept &each : kept->states)
            each.remove();
    Attachment &mine = Interpreter::of_this_thread();
    mine.kept = nullptr;
    mine.latest_of = nullptr;
    mine.bound = nullptr;
    delete kept;
}

Interpreter *Interpreter::current() noexcept { return attachment.current.load(std::memory_order_relaxed); }

void Interpreter::none_is_current() noexcept { attachment.set_current(nullptr); }

const std::atomic<Interpreter *> &Interpreter::current_of_this_thread() noexcept { return attachment.current; }

PyThreadState *Interpreter::thread_state(Attachment &mine) {
    return mine.latest_of == lifetime_.get() ? mine.latest : another_thread_state(mine);
}

PyThreadState *Interpreter::another_thread_state(Attachment &mine) {
    const KeptStates *kept = mine.kept;
    if (kept != nullptr && serial_ < kept->states.size() && kept->states[serial_].of == lifetime_) {
        mine.latest_of = lifetime_.get();
        return mine.latest = kept->states[serial_].state;
    }
    PyThreadState *made = new_thread_state(interpreter_);
    keep(made);
    return made;
}

/// From now on this thread keeps `state`.
void Interpreter::keep(PyThreadState *state) {
    auto &states = KeptStates::here().states;
    states.resize(std::max<std::size_t>(states.size(), serial_ + 1));
    states[serial_] = {.state = state, .of = lifetime_, .counted = threads_};
    Attachment &mine = of_this_thread();
    mine.latest_of = lifetime_.get();
    mine.latest = state;
    threads_->fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(lifetime_->mutex);
    lifetime_->states.push_back(state);
}

void Interpreter::enter(PyThreadState *state, Attachment &mine) noexcept {
    mine.set_current(this);
    if (const auto waited = gate_->enter(state); waited.count() != 0)
        waits_->add(waited);
    if (mine.bound == state)
        return;
    version::bind_gilstate(state);
    mine.bound = replaceable_ ? nullptr : state;
}

[[gnu::flatten]] attached::attached(Interpreter &here)
    : mine_(Interpreter::of_this_thread()), outer_(mine_.current.load(std::memory_order_relaxed)),
      entered_(outer_ != &here) {
    if (!entered_)
        return;
    PyThreadState *state = here.thread_state(mine_);
    if (outer_ != nullptr)
        outer_state_ = outer_->gate_->leave();
    here.enter(state, mine_);
    here.release_retired();
}

attached::~attached() {
    if (!entered_)
        return;
    Interpreter *const left = mine_.current.load(std::memory_order_relaxed);
    PyThreadState *state = left->gate_->leave();
    mine_.set_current(nullptr);
    if (outer_ != nullptr)
        outer_->enter(outer_state_, mine_);
    else if (left->replaceable_)
        version::unbind_gilstate(state);
}

no_new_thread_states::no_new_thread_states() : lock_(while_detached([] { return std::unique_lock(making_states); })) {}

bool is_attached() noexcept { return version::attached_state() != nullptr; }

recognised::recognised(Interpreter *here) noexcept : outer_(Interpreter::current()) { attachment.set_current(here); }

recognised::~recognised() { attachment.set_current(outer_); }

detached::detached() noexcept
    : mine_(Interpreter::of_this_thread()), outer_(mine_.current.load(std::memory_order_relaxed)) {
    if (outer_ == nullptr)
        return;
    state_ = outer_->gate_->leave();
    mine_.set_current(nullptr);
}

detached::~detached() {
    if (outer_ != nullptr)
        outer_->enter(state_, mine_);
}

} // namespace py
