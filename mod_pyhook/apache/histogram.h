// apache/histogram.h: how long something takes, counted in steps from ten microseconds to fifty seconds.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace apache {

/// A histogram of times. All bytes zero is an empty one, so that it may lie in fresh shared memory. Any thread of any
/// process may add to it, without a lock.
class Histogram {
public:
    using Time = std::chrono::nanoseconds;

    /// The upper end of a step, and how the text of a metric writes it in seconds.
    struct Bound {
        Time most;
        const char *text;
    };

    static constexpr std::array<Bound, 22> bounds{{
        {std::chrono::microseconds(10), "1e-05"},   {std::chrono::microseconds(20), "2e-05"},
        {std::chrono::microseconds(50), "5e-05"},   {std::chrono::microseconds(100), "0.0001"},
        {std::chrono::microseconds(200), "0.0002"}, {std::chrono::microseconds(500), "0.0005"},
        {std::chrono::milliseconds(1), "0.001"},    {std::chrono::milliseconds(2), "0.002"},
        {std::chrono::milliseconds(5), "0.005"},    {std::chrono::milliseconds(10), "0.01"},
        {std::chrono::milliseconds(20), "0.02"},    {std::chrono::milliseconds(50), "0.05"},
        {std::chrono::milliseconds(100), "0.1"},    {std::chrono::milliseconds(200), "0.2"},
        {std::chrono::milliseconds(500), "0.5"},    {std::chrono::seconds(1), "1.0"},
        {std::chrono::seconds(2), "2.0"},           {std::chrono::seconds(5), "5.0"},
        {std::chrono::seconds(10), "10.0"},         {std::chrono::seconds(20), "20.0"},
        {std::chrono::seconds(50), "50.0"},         {Time::max(), "+Inf"},
    }};

    void add(Time took) noexcept {
        const auto *step = std::lower_bound(bounds.begin(), bounds.end(), took,
                                            [](const Bound &bound, Time time) { return bound.most < time; });
        steps_[static_cast<std::size_t>(step - bounds.begin())].fetch_add(1, std::memory_order_relaxed);
        nanoseconds_.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    }

    /// How many times were at most so long, for each bound.
    std::array<std::uint64_t, bounds.size()> counts() const noexcept {
        std::array<std::uint64_t, bounds.size()> sums{};
        std::uint64_t sum = 0;
        for (std::size_t at = 0; at < bounds.size(); ++at)
            sums[at] = sum += steps_[at].load(std::memory_order_relaxed);
        return sums;
    }

    double seconds() const noexcept { return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9; }

private:
    std::array<std::atomic<std::uint64_t>, bounds.size()> steps_;
    std::atomic<std::uint64_t> nanoseconds_;
};

} // namespace apache
