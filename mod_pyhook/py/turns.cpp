#include "py/turns.h"

#include "py/thread.h"

#include <algorithm>
#include <chrono>

namespace py {

namespace {

#ifdef PYHOOK_NO_TURNS
constexpr bool takes_turns = false;
#else
constexpr bool takes_turns = !version::asks_any_holder;
#endif

/// CPython's switch interval.
constexpr std::chrono::milliseconds interval{5};

/// If nobody holds the GIL in so many looks, the looking thread sleeps until a thread takes the GIL through the gate,
/// or for `idle_interval`. So a thread that the application has made may wait that long for its turn.
constexpr int idle_looks = 10;
constexpr std::chrono::seconds idle_interval{1};

} // namespace

void Turns::add(PyInterpreterState *sharing) {
    if constexpr (!takes_turns)
        return;
    const std::lock_guard lock(mutex_);
    sharing_.push_back({.interpreter = sharing, .asked = 0});
    if (sharing_.size() == 2 && !runs_) {
        start_thread("pyhook turns", &run, this);
        runs_ = true;
    }
}

Turns::ending::ending(Turns &turns, PyThreadState *state) noexcept : turns_(turns) {
    const std::lock_guard lock(turns_.mutex_);
    PyInterpreterState *const gone = PyThreadState_GetInterpreter(state);
    std::erase_if(turns_.sharing_, [gone](const version::Sharing &each) { return each.interpreter == gone; });
    turns_.ending_ = state;
}

Turns::ending::~ending() {
    const std::lock_guard lock(turns_.mutex_);
    turns_.ending_ = nullptr;
}

void *Turns::run(void *self) noexcept {
    auto &turns = *static_cast<Turns *>(self);
    unsigned long switches = 0;
    std::unique_lock lock(turns.mutex_);
    for (int idle = 0;;) {
        turns.asleep_ = idle >= idle_looks;
        const auto rest = turns.asleep_ ? std::chrono::milliseconds(idle_interval) : interval;
        const bool begun = turns.begun_.wait_for(lock, rest) == std::cv_status::no_timeout;
        const bool held = version::pass_on_requests(turns.sharing_, turns.ending_, switches);
        idle = begun || held ? 0 : idle + 1;
    }
}

} // namespace py
