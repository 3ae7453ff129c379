// reload/end_generation.h: the end of interpreters that new ones have replaced, when the last request in them is over.
#pragma once

#include "interpreters/interpreters.h"

#include <functional>
#include <mutex>

namespace pyhook {

class MemoryWatch {
public:
    /// Interpreters are about to be replaced.
    void begin(bool own_gil) noexcept;

    /// The interpreters have ended. True if the child has grown too large: CPython 3.12 and later, and many extensions,
    /// do not free all memory of an interpreter.
    bool is_too_large() noexcept;

private:
    std::mutex mutex_;
    // Interpreters that share malloc's memory reuse the gaps that ended ones leave, so the size of a child is only
    // known after a few replacements. An interpreter with its own GIL has its own allocator.
    unsigned settling_ = 3;
    long size_ = 0; // of the process, in bytes
};

/// What all generations of a child need when they end.
struct Ends {
    Interpreters &interpreters;
    server_rec *s;
    std::function<void()> recycle_child; // memory is not given back: a new process has it all
    Work work = {};
    MemoryWatch memory = {};
};

/// Ends one generation on a thread of its own, because the threads of an application may take long to end.
class EndGeneration {
public:
    /// `pool` is where the generation served, or null.
    static void begin(Ends &ends, InterpreterPool *pool, std::shared_ptr<Generation> generation);

private:
    EndGeneration(Ends &ends, InterpreterPool *pool, std::shared_ptr<Generation> generation) noexcept
        : ends_(ends), pool_(pool), generation_(std::move(generation)) {}

    static void *main(void *self) noexcept;
    void run();
    void end(State &state);
    bool try_to_end(State &state);
    template <class Condition> void wait_for(Condition condition);
    template <class Condition> void wait_patiently(const State &state, Condition condition);

    Ends &ends_;
    InterpreterPool *pool_;
    std::shared_ptr<Generation> generation_;
};

} // namespace pyhook
