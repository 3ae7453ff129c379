// hooks/pool.h: the interpreters behind one name, and which of them a request runs in.
#pragma once

#include "config/phases.h"
#include "types/request.h"

#include <atomic>
#include <bitset>
#include <chrono>
#include <memory>
#include <vector>

namespace pyhook {

/// One interpreter of a pool, and how many calls it is running or about to run.
struct Member {
    explicit Member(State &state) : state(state) {}

    State &state;
    std::atomic<int> calls{0};
};

/// Counts a call for as long as it runs, and adds it to what /server-status shows. Empty where no interpreter could
/// start.
class Placement {
public:
    Placement() noexcept = default;
    explicit Placement(Member &member) noexcept;
    Placement(Placement &&other) noexcept : member_(std::exchange(other.member_, nullptr)), start_(other.start_) {}
    Placement &operator=(Placement &&) = delete;
    ~Placement() {
        if (member_ != nullptr)
            end();
    }

    State *state() const noexcept { return member_ == nullptr ? nullptr : &member_->state; }

private:
    void end() noexcept;

    Member *member_ = nullptr;
    std::chrono::steady_clock::time_point start_; // with ExtendedStatus On
};

class Pool {
public:
    /// `imports`: whatever is imported in its members may register callables, and until that is done nobody knows for
    /// which phases.
    explicit Pool(bool imports) {
        if (imports)
            registered_.set();
    }

    /// What decorators have registered in the members.
    void set_registered(const std::bitset<phase_count> &phases) noexcept { registered_ = phases; }
    bool has_registered(std::size_t phase) const noexcept { return registered_[phase]; }

    void add(State &state) { members_.push_back(std::make_unique<Member>(state)); }

    /// From now on no request runs here. Only while none does.
    void close() noexcept { members_.clear(); }

    std::span<const std::unique_ptr<Member>> members() const noexcept { return members_; }

    /// The member that already knows the request, one of its sub-requests or what it was redirected from: req.state
    /// holds together. A new request goes to an idle member, else to the least loaded. `r` may be null.
    Placement place(const request_rec *r) noexcept;

private:
    Member *member_of(const request_rec *r) const noexcept;
    Member *claim_least_loaded() noexcept;

    std::vector<std::unique_ptr<Member>> members_;
    std::bitset<phase_count> registered_;
    std::atomic<unsigned> next_{0}; // where the search starts, so that equal members take turns
};

} // namespace pyhook
