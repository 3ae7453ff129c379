#include "child/reload/farewell.h"

#include "py/attach.h"
#include "py/exit.h"
#include "py/thread.h"

#include "apache/log.h"

#include "call/registered.h"
#include "child/child.h"
#include "loops/loop.h"
#include "types/ending.h"

#include <algorithm>
#include <thread>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr int patient_tries = 20; // take some fifteen seconds

/// Threads that wait for work, as those of concurrent.futures, are told that there is none any more.
void end_threads(State &state) {
    const py::attached here(state.interpreter);
    try {
        py::call(py::attribute(py::import("pyhook.reloading"), "end_threads"));
    } catch (const py::error &) {
        py::write_unraisable({});
    }
}

} // namespace

void Farewell::begin(Reloading &reloading, Pool *pool, std::shared_ptr<Generation> generation) {
    auto *farewell = new Farewell(reloading, pool, std::move(generation));
    try {
        py::start_thread("pyhook farewell", &Farewell::main, farewell);
    } catch (...) {
        delete farewell; // the interpreters stay
        throw;
    }
}

void *Farewell::main(void *self) noexcept {
    const std::unique_ptr<Farewell> farewell(static_cast<Farewell *>(self));
    farewell->run();
    return nullptr;
}

/// Once the process is about to end, nothing more happens on this thread.
template <class Condition> void Farewell::wait_for(Condition condition) {
    std::chrono::milliseconds pause{10};
    constexpr std::chrono::milliseconds longest{1000};
    while (!condition()) {
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, longest);
        while (stopping())
            ::pause();
    }
}

/// What has not come true by then may never do: only the end of the process helps.
template <class Condition> void Farewell::wait_patiently(const State &state, Condition condition) {
    int tries = 0;
    wait_for([&] {
        if (++tries == patient_tries) {
            apache::log(APLOG_WARNING, reloading_.s_,
                        std::string(code::not_ended) + ": PyHookReload " + state.interpreter.name() +
                            ": a thread or a task of the application keeps the interpreter of before in memory");
            reloading_.make_way();
        }
        return condition();
    });
}

void Farewell::run() {
    wait_for([this] { return generation_->is_idle(); });
    if (pool_ != nullptr)
        pool_->forget(*generation_);
    for (const auto &member : generation_->members())
        end(member->state);
    if (reloading_.growth_.is_too_large())
        reloading_.make_way();
}

void Farewell::end(State &state) {
    wait_patiently(state, [&] { return reloading_.child_.tasks().drop(state); });
    wait_patiently(state, [&] { return Loop::stop(state); });
    {
        const Reloading::Working now(reloading_);
        py::run_exit_functions(state.interpreter, [this](py::Interpreter &) { run_callbacks("exit", reloading_.s_); });
    }
    end_threads(state);
    wait_patiently(state, [&] { return try_to_end(state); });
}

bool Farewell::try_to_end(State &state) {
    const Reloading::Working now(reloading_);
    const bool ended = !stopping() && reloading_.child_.runtime().end(state.interpreter, [&](py::Interpreter &) {
        reloading_.child_.tasks().forget(state);
        py::call(py::attribute(py::import("pyhook.reloading"), "drop_modules"));
        state.forget();
    });
    if (ended)
        delete &state;
    return ended;
}

} // namespace pyhook
