#include "reload/end_generation.h"

#include "py/attach.h"
#include "py/exit.h"
#include "py/thread.h"

#include "apache/log.h"
#include "apache/resident.h"

#include "call/registered.h"
#include "loops/loop.h"
#include "types/ending.h"

#include <algorithm>
#include <thread>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr int patient_tries = 20; // take some fifteen seconds

/// Tells threads that wait for work, those of concurrent.futures for example, that there is no more.
void end_threads(State &state) {
    const py::attached here(state.interpreter);
    try {
        py::call(py::attribute(py::import("pyhook.reloading"), "end_threads"));
    } catch (const py::error &) {
        py::write_unraisable({});
    }
}

} // namespace

void EndGeneration::begin(Ends &ends, InterpreterPool *pool, std::shared_ptr<Generation> generation) {
    auto *ending = new EndGeneration(ends, pool, std::move(generation));
    try {
        py::start_thread("pyhook end", &EndGeneration::main, ending);
    } catch (...) {
        delete ending; // the interpreters stay
        throw;
    }
}

void *EndGeneration::main(void *self) noexcept {
    const std::unique_ptr<EndGeneration> ending(static_cast<EndGeneration *>(self));
    ending->run();
    return nullptr;
}

/// Waits for the condition. Once the process stops, this thread does nothing more.
template <class Condition> void EndGeneration::wait_for(Condition condition) {
    std::chrono::milliseconds pause{10};
    constexpr std::chrono::milliseconds longest{1000};
    while (!condition()) {
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, longest);
        while (stopping())
            ::pause();
    }
}

/// After so many tries the condition may never become true: a new process is the only cure.
template <class Condition> void EndGeneration::wait_patiently(const State &state, Condition condition) {
    int tries = 0;
    wait_for([&] {
        if (++tries == patient_tries) {
            apache::log(APLOG_WARNING, ends_.s,
                        std::string(code::not_ended) + ": PyHookReload " + state.interpreter.name() +
                            ": a thread or a task of the application keeps the interpreter of before in memory");
            ends_.recycle_child();
        }
        return condition();
    });
}

void EndGeneration::run() {
    wait_for([this] { return generation_->is_idle(); });
    if (pool_ != nullptr)
        pool_->forget(*generation_);
    for (const auto &member : generation_->members())
        end(member->state);
    if (ends_.memory.is_too_large())
        ends_.recycle_child();
}

void EndGeneration::end(State &state) {
    wait_patiently(state, [&] { return ends_.interpreters.tasks().drop(state); });
    wait_patiently(state, [&] { return Loop::stop(state); });
    {
        const Work::done now(ends_.work);
        py::run_exit_functions(state.interpreter, [this](py::Interpreter &) { run_callbacks("exit", ends_.s); });
    }
    end_threads(state);
    wait_patiently(state, [&] { return try_to_end(state); });
}

bool EndGeneration::try_to_end(State &state) {
    const Work::done now(ends_.work);
    const bool ended = !stopping() && ends_.interpreters.runtime().end(state.interpreter, [&](py::Interpreter &) {
        ends_.interpreters.tasks().forget(state);
        py::call(py::attribute(py::import("pyhook.reloading"), "drop_modules"));
        state.forget();
    });
    if (ended)
        delete &state;
    return ended;
}

namespace {

constexpr long growth_divisor = 10; // it may grow by this part

} // namespace

void MemoryWatch::begin(bool own_gil) noexcept {
    const std::lock_guard lock(mutex_);
    if (size_ == 0)
        size_ = apache::resident_bytes(getpid());
    if (own_gil)
        settling_ = 0;
}

bool MemoryWatch::is_too_large() noexcept {
    const long now = apache::resident_bytes(getpid());
    const std::lock_guard lock(mutex_);
    if (settling_ > 0) {
        --settling_;
        size_ = std::max(size_, now);
    }
    return now > size_ + size_ / growth_divisor;
}

} // namespace pyhook
