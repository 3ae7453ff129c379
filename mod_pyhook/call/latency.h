// call/latency.h: how long calls of callables take, with ExtendedStatus On: histograms that all children share.
#pragma once

#include "apache/histogram.h"

#include "call/entry.h"
#include "types/state.h"

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>
#include <utility>

namespace pyhook {

/// Makes the memory. Without it, nothing is measured.
void attach_latencies();

/// The histogram of a callable. Those that are too many for the memory share one of their interpreter. Null if nothing
/// is measured.
apache::Histogram *latency_of(std::string_view interpreter, const Site &site) noexcept;

/// How long what is due waits for the interpreter's event loop.
apache::Histogram *loop_latency_of(std::string_view interpreter) noexcept;

/// Calls `visit(to, key, histogram)` for each: the key has the interpreter, the phase and the callable, or only the
/// interpreter, with a NUL behind each.
using VisitLatency = void(void *to, std::string_view key, const apache::Histogram &histogram);
void each_latency(VisitLatency *visit, void *to);

/// A clock that starts when this is made, if times are measured.
class Stopwatch {
public:
    Stopwatch() noexcept {
        if (ap_extended_status != 0)
            start_ = std::chrono::steady_clock::now();
    }

    /// Adds the time since then. `to` may be null.
    void stop(apache::Histogram *to) const noexcept {
        if (to != nullptr && runs())
            to->add(std::chrono::steady_clock::now() - start_);
    }

    void stop(apache::Histogram::Time &sum) const noexcept {
        if (runs())
            sum += std::chrono::steady_clock::now() - start_;
    }

private:
    bool runs() const noexcept { return start_ != std::chrono::steady_clock::time_point(); }

    std::chrono::steady_clock::time_point start_;
};

/// The histograms of one interpreter's callables that this process has found. A site is known by the addresses of its
/// words, which live as long as the interpreter.
class KnownLatencies {
public:
    explicit KnownLatencies(State &state) noexcept : state_(state) {}

    apache::Histogram *of(const Site &site) noexcept {
        for (std::size_t at = place_of(site);; ++at) { // half of the places are free
            const Known &known = known_[at % known_.size()];
            const char *callable = known.callable.load(std::memory_order_acquire);
            if (callable == site.callable && known.phase == site.phase)
                return known.histogram;
            if (callable == nullptr)
                return find(site);
        }
    }

private:
    struct Known {
        std::atomic<const char *> callable;
        const char *phase;
        apache::Histogram *histogram;
    };

    static std::size_t place_of(const Site &site) noexcept {
        return (reinterpret_cast<std::uintptr_t>(site.callable) >> 3) + reinterpret_cast<std::uintptr_t>(site.phase);
    }
    apache::Histogram *find(const Site &site) noexcept;

    State &state_;
    std::mutex adding_;
    std::size_t added_ = 0;
    std::array<Known, 512> known_{};
};

inline apache::Histogram *latency_of(State &state, const Site &site) noexcept {
    return ap_extended_status == 0 ? nullptr : state.kept<KnownLatencies>().of(site);
}

/// While it lives, a callable runs for its site.
class measured {
public:
    measured(State &state, const Site &site) noexcept : histogram_(latency_of(state, site)) {}
    measured(const measured &) = delete;
    measured &operator=(const measured &) = delete;
    ~measured() { watch_.stop(histogram_); }

    /// The call goes on without this thread, and another Stopwatch measures it.
    void leave() noexcept { histogram_ = nullptr; }

private:
    apache::Histogram *histogram_;
    Stopwatch watch_;
};

/// The calls into a callable that serve one stream. Together they are one time of their site.
class MeasuredStream {
public:
    template <class Call> decltype(auto) measure(Call call) {
        const Part here(sum_);
        has_run_ = true;
        return call();
    }

    /// The callable is not called again. Only the first time counts.
    void end(State &state, const Site &site) noexcept {
        if (!std::exchange(has_run_, false))
            return;
        if (apache::Histogram *histogram = latency_of(state, site))
            histogram->add(sum_);
    }

private:
    class Part {
    public:
        explicit Part(apache::Histogram::Time &sum) noexcept : sum_(sum) {}
        Part(const Part &) = delete;
        Part &operator=(const Part &) = delete;
        ~Part() { watch_.stop(sum_); }

    private:
        apache::Histogram::Time &sum_;
        Stopwatch watch_;
    };

    apache::Histogram::Time sum_{};
    bool has_run_ = false;
};

} // namespace pyhook
