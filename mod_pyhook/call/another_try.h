// call/another_try.h: when to repeat what has failed, since its cause, a missing database for example, may be gone.
#pragma once

#include <atomic>
#include <chrono>

namespace pyhook {

/// One thread at a time tries, at most once a second. Other threads keep the failure meanwhile.
class AnotherTry {
public:
    /// True if this thread may try: it must then make a `trying`.
    bool claim() noexcept {
        if (runs_.exchange(true))
            return false;
        const bool is_due = Clock::now() - ended_ >= between_tries;
        if (!is_due)
            runs_ = false;
        return is_due;
    }

    bool runs() const noexcept { return runs_; }

    /// One try. The very first needs no `claim`.
    class trying {
    public:
        explicit trying(AnotherTry &tries) noexcept : tries_(tries) {}
        trying(const trying &) = delete;
        trying &operator=(const trying &) = delete;
        ~trying() {
            tries_.ended_ = Clock::now();
            tries_.runs_ = false;
        }

    private:
        AnotherTry &tries_;
    };

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds between_tries{1};

    Clock::time_point ended_;
    std::atomic<bool> runs_{false};
};

} // namespace pyhook
