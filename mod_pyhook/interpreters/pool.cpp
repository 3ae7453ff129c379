#include "interpreters/pool.h"

#include "types/connection.h"
#include "types/ending.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

template <class Object> const Views<Object> *known_views(const ap_conf_vector_t *config) noexcept {
    return static_cast<const Views<Object> *>(ap_get_module_config(config, &pyhook_module));
}

Member *claimed(Member *member) noexcept {
    member->calls.fetch_add(1, std::memory_order_relaxed);
    return member;
}

} // namespace

void Placement::count_time() noexcept {
    const auto took = std::chrono::steady_clock::now() - start_;
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    Counters::add(member_->state.counters->microseconds, static_cast<std::uint64_t>(microseconds));
}

Member *InterpreterPool::claim_among(const request_rec *r, const conn_rec *c) noexcept {
    if (!replaceable_)
        return find_or_claim(r, c);
    const std::lock_guard lock(replacing_);
    return find_or_claim(r, c);
}

Member *InterpreterPool::find_or_claim(const request_rec *r, const conn_rec *c) noexcept {
    Member *known = nullptr;
    for (std::size_t at = 0; known == nullptr && at < former_.size(); ++at)
        known = former_[at]->member_of(r);
    if (known == nullptr && (current_->is_closed || current_->members().empty()))
        return nullptr;
    if (known == nullptr)
        known = current_->only_member();
    if (known == nullptr)
        known = current_->member_of(r);
    if (known == nullptr)
        known = current_->member_of(c);
    return known != nullptr ? claimed(known) : current_->claim_least_loaded();
}

bool InterpreterPool::knows(const request_rec *r) noexcept {
    const std::lock_guard lock(replacing_);
    return current_->member_of(r) != nullptr ||
           std::any_of(former_.begin(), former_.end(), [r](const auto &each) { return each->member_of(r) != nullptr; });
}

State *Generation::attached_state() const noexcept {
    for (const auto &member : members_)
        if (member->state.interpreter.is_attached())
            return &member->state;
    return nullptr;
}

State *InterpreterPool::attached_state() noexcept {
    const std::lock_guard lock(replacing_);
    State *state = current_->attached_state();
    for (std::size_t at = 0; state == nullptr && at < former_.size(); ++at)
        state = former_[at]->attached_state();
    return state;
}

/// The claimed generation is not idle, so nobody ends it meanwhile.
std::shared_ptr<Generation> InterpreterPool::claim_another_try() noexcept {
    const std::lock_guard lock(replacing_);
    return current_->is_closed && current_->plugins.claim() ? current_ : nullptr;
}

std::vector<StateClaim> InterpreterPool::claim_states() {
    const std::lock_guard lock(replacing_);
    std::vector<StateClaim> claims;
    for (const auto &member : current_->members())
        claims.emplace_back(member->state);
    return claims;
}

std::shared_ptr<Generation> InterpreterPool::replace(std::shared_ptr<Generation> fresh) {
    const std::lock_guard lock(replacing_);
    former_.push_back(std::exchange(current_, std::move(fresh)));
    return former_.back();
}

void InterpreterPool::forget(const Generation &gone) noexcept {
    const std::lock_guard lock(replacing_);
    std::erase_if(former_, [&](const auto &each) { return each.get() == &gone; });
}

/// A view is made within a call: when no call runs, no further view can appear.
bool Generation::is_idle() const noexcept {
    const auto none = [](auto value) { return [value](const auto &member) { return value(*member) == 0; }; };
    return !plugins.runs() &&
           std::all_of(members_.begin(), members_.end(), none([](Member &each) { return each.calls.load(); })) &&
           std::all_of(members_.begin(), members_.end(), none([](Member &each) { return each.state.views.load(); }));
}

/// The member that has a view in this list for which `wanted` is true.
template <class View, class Wanted> Member *Generation::member_with(View *view, Wanted wanted) const noexcept {
    for (; view != nullptr; view = view->next_view)
        for (const auto &member : members_)
            if (view->state == &member->state && wanted(*view))
                return member.get();
    return nullptr;
}

Member *Generation::member_of(const request_rec *r) const noexcept {
    Member *known = nullptr;
    for (; known == nullptr && r != nullptr; r = r->main != nullptr ? r->main : r->prev)
        if (const auto *views = known_views<Request>(r->request_config))
            known = member_with(views->first.load(), [](const Request &) { return true; });
    return known;
}

Member *Generation::member_of(const conn_rec *c) const noexcept {
    Member *known = nullptr;
    for (; known == nullptr && c != nullptr; c = c->master)
        if (const auto *views = known_views<Connection>(c->conn_config))
            known = member_with(views->first.load(), [](const Connection &view) { return view.has_namespace(); });
    return known;
}

/// Counts the call at once: two threads that look at the same moment must not both see the same member idle.
Member *Generation::claim_least_loaded() noexcept {
    const std::size_t count = members_.size();
    const unsigned start = next_.fetch_add(1, std::memory_order_relaxed);
    for (;;) {
        Member *best = nullptr;
        int least = 0;
        for (std::size_t step = 0; step < count; ++step) {
            Member *member = members_[(start + step) % count].get();
            const int calls = member->calls.load(std::memory_order_relaxed);
            if (best == nullptr || calls < least) {
                best = member;
                least = calls;
            }
        }
        if (best->calls.compare_exchange_weak(least, least + 1, std::memory_order_relaxed))
            return best;
    }
}

void InterpreterPool::set_problem(std::string text) {
    const std::lock_guard lock(replacing_);
    problem_ = std::move(text);
    has_problem_ = !problem_.empty();
}

std::string InterpreterPool::problem() {
    const std::lock_guard lock(replacing_);
    return problem_;
}

} // namespace pyhook
