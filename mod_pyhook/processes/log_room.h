// processes/log_room.h: how much a program that nobody trusts may write into httpd's error log.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace pyhook::processes {

/// So many lines at once, and so many a second in the long run.
class LogRoom {
public:
    static constexpr int lines_a_second = 100;

    explicit LogRoom(int lines_at_once) noexcept : most_(lines_at_once), room_(most_) {}

    /// False if an entry is to be left out, which is counted. When too many have come, none is written until there is
    /// room for those of a second.
    bool has_room() noexcept {
        const Clock::time_point now = Clock::now();
        const std::chrono::duration<double> passed = now - counted_;
        room_ = std::min(most_, room_ + passed.count() * lines_a_second);
        counted_ = now;
        const bool has = room_ >= (left_out_ == 0 ? 1 : lines_a_second);
        left_out_ += has ? 0U : 1U;
        return has;
    }

    /// An entry was written.
    void take(int lines) noexcept { room_ -= lines; }

    /// How many entries were left out since the last call of `take_left_out`.
    unsigned left_out() const noexcept { return left_out_; }
    unsigned take_left_out() noexcept { return std::exchange(left_out_, 0); }

private:
    using Clock = std::chrono::steady_clock;

    double most_;
    double room_;
    Clock::time_point counted_ = Clock::now();
    unsigned left_out_ = 0;
};

} // namespace pyhook::processes
