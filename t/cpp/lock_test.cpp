#include "py/lock.h"

#include <gtest/gtest.h>
#include <mutex>
#include <thread>
#include <vector>

namespace {

TEST(QuickMutex, IsHeldByOneThread) {
    py::quick_mutex mutex;
    EXPECT_TRUE(mutex.try_lock());
    EXPECT_FALSE(mutex.try_lock());
    mutex.unlock();
    EXPECT_TRUE(mutex.try_lock());
    mutex.unlock();
}

TEST(QuickMutex, WakesAllThreadsThatWait) {
    constexpr int threads = 4;
    constexpr int rounds = 20'000;
    py::quick_mutex mutex;
    int count = 0;
    {
        std::vector<std::jthread> running;
        for (int thread = 0; thread < threads; ++thread)
            running.emplace_back([&] {
                for (int round = 0; round < rounds; ++round) {
                    const std::lock_guard alone(mutex);
                    ++count;
                }
            });
    }
    EXPECT_EQ(count, threads * rounds);
}

} // namespace
