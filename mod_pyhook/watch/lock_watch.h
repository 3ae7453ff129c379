// watch/lock_watch.h: finds GILs that change hands no more although somebody waits for them.
#pragma once

#include "watch/inspection.h"

namespace pyhook {

class LockWatch {
public:
    using Clock = Inspection::Clock;

    /// After `patience` a lock that nobody gets is reported; after `most` its child is to end, if that is not zero.
    LockWatch(Clock::duration patience, Clock::duration most) noexcept : patience_(patience), most_(most) {}

    /// True if the same thread has held the GIL for so long that somebody should try to get it.
    bool is_suspicious(const State &state, Clock::time_point now);

    /// Forgets interpreters of which is_suspicious was not asked at `now`.
    void forget_others(Clock::time_point now);

    /// Reports the lock that this inspection does not get, once. True if the child is to end.
    bool is_held_for_ever(Inspection &waiting, Clock::time_point now) const;

private:
    struct Progress {
        const State *state; // only compared
        py::Interpreter::Holder holder;
        Clock::time_point since;
        Clock::time_point asked;
    };

    Clock::duration patience_;
    Clock::duration most_;
    std::vector<Progress> progress_;
};

} // namespace pyhook
