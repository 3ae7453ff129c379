#include "hooks/pool.h"

#include "types/ending.h"

#include "py/poison.h"

namespace pyhook {

Placement::Placement(Member &member) noexcept : member_(&member) {
    Counters::add(member.state.counters->calls, std::uint64_t{1});
    if (ap_extended_status != 0)
        start_ = std::chrono::steady_clock::now();
}

void Placement::end() noexcept {
    member_->calls.fetch_sub(1, std::memory_order_relaxed);
    if (ap_extended_status == 0)
        return;
    const auto took = std::chrono::steady_clock::now() - start_;
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    Counters::add(member_->state.counters->microseconds, static_cast<std::uint64_t>(microseconds));
}

Placement Pool::place(const request_rec *r) noexcept {
    if (members_.empty())
        return {};
    Member *member = members_.size() == 1 ? members_.front().get() : member_of(r);
    if (member == nullptr)
        return Placement(*claim_least_loaded());
    member->calls.fetch_add(1, std::memory_order_relaxed);
    return Placement(*member);
}

Member *Pool::member_of(const request_rec *r) const noexcept {
    for (; r != nullptr; r = r->main != nullptr ? r->main : r->prev) {
        const auto *views = static_cast<Views<Request> *>(ap_get_module_config(r->request_config, &pyhook_module));
        for (Request *view = views == nullptr ? nullptr : views->first.load(); view != nullptr; view = view->next_view)
            for (const auto &member : members_)
                if (view->state == &member->state)
                    return member.get();
    }
    return nullptr;
}

/// Counts the call at once: two threads that look at the same moment must not both see the same member idle.
Member *Pool::claim_least_loaded() noexcept {
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

} // namespace pyhook
