// config/timeouts.h: how long requests may run in Python, as PyHookTimeout says.
#pragma once

#include <chrono>

namespace pyhook {

struct Timeouts {
    using Time = std::chrono::milliseconds;

    Time end{};  // after this the request is interrupted; zero: never
    Time slow{}; // after this it is reported; zero: it is not

    /// The first of the two that ends; zero if there is none.
    Time first() const noexcept { return slow > Time::zero() ? slow : end; }
};

/// Notes a line of the configuration, in any server or section.
void note_timeouts(const Timeouts &written) noexcept;

/// The shortest time that the configuration names anywhere; zero if there is none, so that nobody need watch.
Timeouts::Time shortest_timeout() noexcept;

} // namespace pyhook
