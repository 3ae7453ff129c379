#include "py/gate.h"

#include <thread>

namespace py {

namespace {

/// About twenty microseconds: longer than most callables hold the GIL.
constexpr int least_patience = 400;

/// Longer than a filter needs for a chunk.
constexpr int most_patience = 1500;

/// After so many rounds the holder may be waiting for this very processor, so this thread yields it now and then.
constexpr int rounds_before_yields = 60;
constexpr int rounds_between_yields = 30;

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

Gate::Gate() noexcept : patience_(least_patience) {}

/// Waits awake for a short time. To fall asleep and be woken costs more than the work that a holder usually has left.
/// If callables compute for long, waiting awake does not help; then threads soon wait only the least number of rounds.
bool Gate::pass_awake() noexcept {
    const int patience = patience_.load(std::memory_order_relaxed);
    const auto tend_to = [&](int limit) {
        patience_.store(patience + (limit - patience) / 8, std::memory_order_relaxed);
    };
    for (int round = 1; round < patience; ++round) {
        if (round > rounds_before_yields && round % rounds_between_yields == 0)
            std::this_thread::yield();
        else
            pause();
        if (pass()) {
            tend_to(most_patience);
            return true;
        }
    }
    tend_to(least_patience);
    return false;
}

std::chrono::nanoseconds Gate::wait_and_enter(PyThreadState *state) noexcept {
    using Clock = std::chrono::steady_clock;
    if constexpr (!version::has_gil) {
        PyEval_RestoreThread(state);
        return {};
    }
    const auto begun = Clock::now();
    if constexpr (has_gate) {
        if (!pass_awake())
            mutex_.lock();
        take(state);
    } else {
        PyEval_RestoreThread(state);
    }
    return Clock::now() - begun;
}

} // namespace py
