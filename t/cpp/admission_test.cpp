#include "processes/admission.h"

#include <apr_general.h>
#include <apr_pools.h>

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace pyhook;
using namespace pyhook::processes;

class Admission : public testing::Test {
protected:
    Admission() {
        apr_initialize();
        apr_pool_create(&pool_, nullptr);
        definition_ = std::make_unique<ProcessesDefinition>(pool_, "shop");
        board_->slots[0].life = Life::ready;
        channels_.board = board_.get();
        channels_.count = 1;
        definition_->channels = &channels_;
        definition_->threads = 1;
        board_->rows_used = most_children; // it takes long to look, and others act meanwhile
        channels_.row = board_->rows.data();
    }

    ~Admission() override {
        apr_pool_destroy(pool_);
        apr_terminate();
    }

    apr_pool_t *pool_ = nullptr;
    std::unique_ptr<Board> board_ = std::make_unique<Board>();
    Channels channels_{};
    std::unique_ptr<ProcessesDefinition> definition_;
};

// All of them look for a place when the process becomes ready.
TEST_F(Admission, NoRequestWaitsInAProcess) {
    constexpr int clients = 8, rounds = 50;
    std::atomic<int> inside = 0, together = 0, refused = 0;
    for (int round = 0; round < rounds; ++round) {
        board_->slots[0].life = Life::starting;
        std::vector<std::jthread> threads;
        for (int client = 0; client < clients; ++client)
            threads.emplace_back([&] {
                Refusal refusal;
                const std::optional<Place> place = admit(*definition_, {}, refusal);
                refused += place ? 0 : 1;
                together += ++inside > 1 ? 1 : 0;
                std::this_thread::yield();
                --inside;
            });
        while (board_->sleepers < clients)
            std::this_thread::yield();
        board_->slots[0].life = Life::ready;
        announce(*board_, clients);
    }
    EXPECT_EQ(together, 0);
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(board_->slots[0].requests, clients * rounds);
    EXPECT_EQ(total(*board_, &Row::busy, 0), 0);
}

TEST_F(Admission, AFullQueueRefusesAtOnce) {
    definition_->queue = 0;
    Refusal refusal;
    const std::optional<Place> first = admit(*definition_, {}, refusal);
    ASSERT_TRUE(first);
    EXPECT_FALSE(admit(*definition_, {}, refusal));
    EXPECT_EQ(refusal, Refusal::full);
    EXPECT_EQ(board_->slots[0].requests, 1);
}

} // namespace
