// interpreters/pool.h: the interpreters behind one name, and which of them a request runs in.
#pragma once

#include "call/another_try.h"
#include "config/phases.h"
#include "types/request.h"

#include <atomic>
#include <bitset>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pyhook {

/// One interpreter of a pool, and how many calls it is running or about to run.
struct Member {
    explicit Member(State &state) : state(state) {}

    State &state;
    std::atomic<int> calls{0};
    std::optional<std::bitset<phase_count>> registered; // for which phases, once all plug-ins have been imported
};

/// A call that its member has counted, for as long as it runs. It is added to what /server-status shows. Empty where no
/// interpreter could start.
class Placement {
public:
    Placement() noexcept = default;
    explicit Placement(Member *claimed) noexcept : member_(claimed) {
        if (claimed == nullptr)
            return;
        Counters::add(claimed->state.counters->calls, std::uint64_t{1});
        Counters::add(claimed->state.counters->busy, 1U);
        if (ap_extended_status != 0)
            start_ = std::chrono::steady_clock::now();
    }
    Placement(Placement &&other) noexcept : member_(std::exchange(other.member_, nullptr)), start_(other.start_) {}
    Placement &operator=(Placement &&) = delete;
    ~Placement() {
        if (member_ == nullptr)
            return;
        if (ap_extended_status != 0)
            count_time();
        Counters::add(member_->state.counters->busy, ~0U);
        member_->calls.fetch_sub(1, std::memory_order_release); // from here on it may be gone
    }

    State *state() const noexcept { return member_ == nullptr ? nullptr : &member_->state; }

private:
    void count_time() noexcept;

    Member *member_ = nullptr;
    std::chrono::steady_clock::time_point start_; // with ExtendedStatus On
};

/// The interpreters that serve with the same code, until it is edited.
class Generation {
public:
    void add(State &state) {
        members_.push_back(std::make_unique<Member>(state));
        only_ = members_.size() == 1 ? members_.front().get() : nullptr;
    }

    /// A plug-in could not be imported: requests are refused, and the import is tried again.
    std::atomic<bool> is_closed = false;
    AnotherTry plugins;
    std::string reason; // why no member could start

    std::span<const std::unique_ptr<Member>> members() const noexcept { return members_; }

    /// The member, if there is exactly one.
    Member *only_member() const noexcept { return only_; }

    Member *member_of(const request_rec *r) const noexcept;

    /// The member in which callables have used `conn.state`.
    Member *member_of(const conn_rec *c) const noexcept;

    State *attached_state() const noexcept;
    Member *claim_least_loaded() noexcept;

    /// True if no call and no import runs here and no record has a view. Once another generation serves, it stays true.
    bool is_idle() const noexcept;

private:
    template <class View, class Wanted> Member *member_with(View *view, Wanted wanted) const noexcept;

    std::vector<std::unique_ptr<Member>> members_;
    Member *only_ = nullptr;
    std::atomic<unsigned> next_{0}; // where the search starts, so that equal members take turns
};

class InterpreterPool {
public:
    /// `imports`: plug-ins are imported, which may register callables; until then every phase counts as registered.
    /// `replaceable`: another generation may take over while requests run.
    InterpreterPool(bool imports, bool replaceable) noexcept
        : registered_(imports ? ~std::uint64_t{0} : 0), imports_(imports), replaceable_(replaceable) {}

    bool imports() const noexcept { return imports_; }
    bool is_replaceable() const noexcept { return replaceable_; }

    /// What decorators have registered in the members of a pool that is not replaceable.
    void set_registered(const std::bitset<phase_count> &phases) noexcept { registered_ = phases.to_ullong(); }
    bool has_registered(std::size_t phase) const noexcept {
        return (registered_.load(std::memory_order_relaxed) >> phase & 1) != 0;
    }

    /// The generation that new requests go to.
    Generation &current() noexcept { return *current_; }

    /// Chooses the member for a call, and counts the call there. Null if no interpreter could start.
    ///
    /// A request goes to the member that knows it, its main request, or the request that it was redirected from, so
    /// that they share req.state; then to the member that knows the connection, for conn.state. A new request goes to
    /// the least loaded member. `r` and `c` may be null.
    Member *claim(const request_rec *r, const conn_rec *c) noexcept {
        Member *only = claim_only();
        return only != nullptr ? only : claim_among(r, c);
    }

    /// Like `claim`, but gives null unless all calls go to the same member.
    Member *claim_only() noexcept {
        Member *only = replaceable_ || current_->is_closed ? nullptr : current_->only_member();
        if (only != nullptr)
            only->calls.fetch_add(1, std::memory_order_relaxed);
        return only;
    }

    /// True if a member here has seen the request, or one that it comes from.
    bool knows(const request_rec *r) noexcept;

    /// The current generation if it is closed and this thread may try its plug-ins again; otherwise null.
    std::shared_ptr<Generation> claim_another_try() noexcept;

    /// The interpreter here that CPython has attached this thread to, or null.
    State *attached_state() noexcept;

    /// The same, for a thread that has no request here.
    std::shared_ptr<Generation> keep_current() {
        const std::lock_guard lock(replacing_);
        return current_;
    }

    /// The interpreters of the current generation.
    std::vector<StateClaim> claim_states();

    /// Makes `fresh` the current generation. Returns the former one, in which requests may still run; `forget` takes it
    /// off the list.
    std::shared_ptr<Generation> replace(std::shared_ptr<Generation> fresh);
    void forget(const Generation &gone) noexcept;

    /// Why edited code could not be loaded, as the log has it; empty where the latest code serves.
    void set_problem(std::string text);
    std::string problem();
    bool has_problem() const noexcept { return has_problem_; }

    std::atomic<bool> reloads{false};  // a request of a section with PyHookReload On has come here
    std::atomic<apr_time_t> looked{0}; // when the files of its code were last looked at

private:
    Member *claim_among(const request_rec *r, const conn_rec *c) noexcept;
    Member *find_or_claim(const request_rec *r, const conn_rec *c) noexcept;

    std::atomic<std::uint64_t> registered_; // a bit for each phase
    const bool imports_;
    const bool replaceable_;
    std::mutex replacing_; // of what follows
    std::shared_ptr<Generation> current_ = std::make_shared<Generation>();
    std::vector<std::shared_ptr<Generation>> former_;
    std::atomic<bool> has_problem_{false};
    std::string problem_;
};

} // namespace pyhook
