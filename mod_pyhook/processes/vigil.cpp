#include "processes/vigil.h"

#include "apache/client.h"
#include "apache/framing.h"

#include "types/ending.h"

#include "py/poison.h"

namespace pyhook::processes {

/// As for a task of an event loop in the child.
Connection::Loss Vigil::look() noexcept {
    pollfd client = apache::look_for_end(r_->connection);
    poll(&client, 1, 0);
    if (apache::has_left(r_->connection, client))
        return Connection::Loss::client_gone;
    if (stopping_at_once() || (stopping() && apache::is_endless(r_)))
        return Connection::Loss::stopping;
    const bool is_late = patience_ != std::chrono::seconds::zero() && Clock::now() - since_ >= patience_;
    return is_late && !apache::is_endless(r_) ? Connection::Loss::silent : Connection::Loss::none;
}

} // namespace pyhook::processes
