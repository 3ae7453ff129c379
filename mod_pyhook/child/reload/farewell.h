// child/reload/farewell.h: the end of interpreters that fresh code has replaced, when the last request in them is over.
#pragma once

#include "child/reload/reloading.h"

namespace pyhook {

/// A thread of its own: to wait for an application's threads may take long.
class Farewell {
public:
    /// `pool` is where the generation served, or null.
    static void begin(Reloading &reloading, Pool *pool, std::shared_ptr<Generation> generation);

private:
    Farewell(Reloading &reloading, Pool *pool, std::shared_ptr<Generation> generation) noexcept
        : reloading_(reloading), pool_(pool), generation_(std::move(generation)) {}

    static void *main(void *self) noexcept;
    void run();
    void end(State &state);
    bool try_to_end(State &state);
    template <class Condition> void wait_for(Condition condition);
    template <class Condition> void wait_patiently(const State &state, Condition condition);

    Reloading &reloading_;
    Pool *pool_;
    std::shared_ptr<Generation> generation_;
};

} // namespace pyhook
