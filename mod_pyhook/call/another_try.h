// call/another_try.h: when to try again what has failed: what was not there, a database perhaps, may be there later.
#pragma once

#include <atomic>
#include <chrono>

namespace pyhook {

/// One thread at a time tries, and not more often than once a second. Others go on with the failure meanwhile.
class AnotherTry {
public:
    /// Is it this thread's turn? Its `trying` must follow then.
    bool claim() noexcept {
        if (runs_.exchange(true))
            return false;
        const bool is_due = Clock::now() - ended_ >= between_tries;
        if (!is_due)
            runs_ = false;
        return is_due;
    }

    bool runs() const noexcept { return runs_; }

    /// A try, the first one too, which needs no turn.
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
