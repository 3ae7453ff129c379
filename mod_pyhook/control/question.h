// control/question.h: something that is asked in an interpreter, by a thread of its own, because the GIL may never
// come.
#pragma once

#include "types/state.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace pyhook {

/// The thread owns it too: it may be the last.
class Question {
public:
    using Clock = std::chrono::steady_clock;
    using Ask = std::function<std::string(State &)>;

    Question(StateClaim interpreter, Ask ask) : interpreter_(std::move(interpreter)), ask_(std::move(ask)) {}
    Question(const Question &) = delete;
    Question &operator=(const Question &) = delete;

    /// Asks. An interpreter that has not answered earlier questions is not asked again until it has: each question has
    /// a thread. Throws start_error.
    static std::shared_ptr<Question> start(StateClaim interpreter, Ask ask);

    const std::string &interpreter() const noexcept { return (*interpreter_).interpreter.name(); }

    /// What `ask`, called attached to the interpreter, has returned; nothing if it has raised, or has not returned by
    /// `end`.
    std::optional<std::string> answer_by(Clock::time_point end);

private:
    /// Those of an interpreter that have no answer yet.
    struct Waiting {
        std::atomic<int> count = 0;
    };
    static constexpr int most_waiting = 8;

    static void *main(void *self) noexcept;
    void run() noexcept;

    const StateClaim interpreter_;
    const Ask ask_;
    std::mutex mutex_;
    std::condition_variable answered_;
    std::optional<std::string> answer_;
    bool is_over_ = false;
};

} // namespace pyhook
