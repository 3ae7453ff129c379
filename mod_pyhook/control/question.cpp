#include "control/question.h"

#include "py/attach.h"
#include "py/error.h"
#include "py/thread.h"

#include "py/poison.h"

namespace pyhook {

std::shared_ptr<Question> Question::start(StateClaim interpreter, Ask ask) {
    auto question = std::make_shared<Question>(std::move(interpreter), std::move(ask));
    std::atomic<int> &waiting = (*question->interpreter_).kept<Waiting>().count;
    if (++waiting > most_waiting) {
        --waiting;
        question->is_over_ = true;
        return question;
    }
    auto owner = std::make_unique<std::shared_ptr<Question>>(question);
    try {
        py::start_thread("pyhook question", &Question::main, owner.get());
    } catch (...) {
        --waiting;
        throw;
    }
    static_cast<void>(owner.release());
    return question;
}

void *Question::main(void *self) noexcept {
    const std::unique_ptr<std::shared_ptr<Question>> owner(static_cast<std::shared_ptr<Question> *>(self));
    (*owner)->run();
    return nullptr;
}

void Question::run() noexcept {
    std::optional<std::string> answer;
    try {
        const py::attached here((*interpreter_).interpreter);
        py::or_unraisable([&] { answer = ask_(*interpreter_); });
    } catch (const std::exception &) { // no thread state: nobody answers
    }
    --(*interpreter_).kept<Waiting>().count;
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    is_over_ = true;
    answered_.notify_one();
}

std::optional<std::string> Question::answer_by(Clock::time_point end) {
    std::unique_lock lock(mutex_);
    answered_.wait_until(lock, end, [this] { return is_over_; });
    return answer_;
}

} // namespace pyhook
