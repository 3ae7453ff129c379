// types/counters.h: what /server-status shows of an interpreter, in memory that all children share.
#pragma once

#include <atomic>
#include <cstdint>

namespace pyhook {

/// The counters of one interpreter in one child, on a cache line of their own. They are only shown to people, so
/// no thread needs them in an order.
struct alignas(64) Counters {
    std::atomic<std::uint64_t> calls;
    std::atomic<std::uint64_t> errors;
    std::atomic<std::uint64_t> microseconds; // with ExtendedStatus On
    std::atomic<std::uint32_t> threads;      // thread states that exist
    std::atomic<std::uint32_t> requests;     // requests that Python has seen and that have not ended
    std::atomic<std::uint32_t> objects;      // Python's objects for requests, ended or not

    template <class T> static void add(std::atomic<T> &counter, T amount) noexcept {
        counter.fetch_add(amount, std::memory_order_relaxed);
    }
};

} // namespace pyhook
