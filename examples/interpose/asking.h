// interpose/asking.h: may this call be given to Python now? And what becomes of errno.
#pragma once

#include "decisions.h"

#include <cerrno>

namespace interpose {

/// While a call is given to Python. Calls that come meanwhile, from Python itself or from a signal handler, are libc's;
/// a thread that is cancelled meanwhile ends at its next call, not inside Python.
class Asking {
public:
    Asking() noexcept;
    Asking(const Asking &) = delete;
    Asking &operator=(const Asking &) = delete;
    ~Asking();

    /// Null if this call is libc's.
    const Decisions *decisions() const noexcept { return decisions_; }

private:
    void end() const noexcept;

    const int errno_ = errno;
    int cancelling_ = 0;
    const Decisions *decisions_;
};

/// Calls are given to Python from now on; this thread has started it.
void ask(const Decisions &decisions) noexcept;

/// What Python decides, by `question`, else what `real` gives. A call that Python leaves alone finds errno as it was.
template <class Result, class Question, class Real>
Result decided(Question Decisions::*question, Real real, auto... arguments) {
    Decision decision;
    {
        const Asking turn;
        if (turn.decisions() != nullptr && turn.decisions()->*question != nullptr)
            decision = (turn.decisions()->*question)(arguments...);
    }
    if (!decision.decided)
        return real();
    if (decision.value == -1)
        errno = decision.error;
    return static_cast<Result>(decision.value);
}

} // namespace interpose
