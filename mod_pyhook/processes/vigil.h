// processes/vigil.h: looks after the client and the server while a process answers.
#pragma once

#include "processes/connection.h"

namespace pyhook::processes {

/// A process may be silent for longer than request-timeout only if nobody is there to look at the clock. 0: for ever.
inline std::chrono::seconds patience_of(const ProcessesDefinition &definition) {
    return std::chrono::seconds(definition.request_timeout == 0 ? 0 : definition.request_timeout + 10);
}

/// An ASGI application may be silent for long, and is told when its client has gone. Lives in the handler's frame.
class Vigil final : public Connection::Watch {
public:
    Vigil(request_rec *r, std::chrono::seconds patience) noexcept : r_(r), patience_(patience) {}

    /// The process may be silent from now on.
    void begin() noexcept { since_ = Clock::now(); }

    Connection::Loss look() noexcept override;

private:
    using Clock = std::chrono::steady_clock;

    request_rec *r_;
    std::chrono::seconds patience_;
    Clock::time_point since_;
};

} // namespace pyhook::processes
