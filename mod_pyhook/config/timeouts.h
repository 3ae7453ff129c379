// config/timeouts.h: how long requests may run in Python, as PyHookTimeout says.
#pragma once

#include <algorithm>
#include <chrono>

namespace pyhook {

struct Timeouts {
    using Time = std::chrono::milliseconds;

    Time end{};  // after this the request is interrupted; zero: never
    Time slow{}; // after this it is reported; zero: it is not

    static constexpr Time least_grace{1000};
    static constexpr Time most_grace{5000};

    /// How long an interrupted call may take to end, before the next step.
    Time grace() const noexcept { return std::clamp(end, least_grace, most_grace); }

    /// The shorter of the two; zero if there is none.
    Time first() const noexcept { return shorter(end, slow); }

    static Time shorter(Time one, Time other) noexcept {
        return one == Time::zero() || (other > Time::zero() && other < one) ? other : one;
    }
};

/// Notes a line of the configuration, in any server or section.
void note_timeouts(const Timeouts &written) noexcept;

/// The shortest times that the configuration names anywhere. If there is none, nobody need watch.
Timeouts shortest_timeouts() noexcept;

} // namespace pyhook
