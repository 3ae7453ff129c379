// reload/reloading.h: PyHookReload: edited code is noticed, loaded into fresh interpreters, and takes over from
// the old.
#pragma once

#include "interpreters/interpreters.h"
#include "reload/end_generation.h"

#include <condition_variable>
#include <set>

namespace pyhook {

/// One thread of a child looks at files and loads code, asked by a request that waits for it.
class Reloading final : public EditWatch {
public:
    Reloading(Interpreters &interpreters, server_rec *s)
        : interpreters_(interpreters),
          s_(s), ends_{.interpreters = interpreters, .s = s, .recycle_child = [this] { recycle_child(); }} {}
    Reloading(const Reloading &) = delete;
    Reloading &operator=(const Reloading &) = delete;

    /// Starts the thread. Throws start_error.
    void start();

    /// A request is about to run in this pool. Looks at its files once a second, or when the kernel has told of an
    /// edit, and comes back when code that has been edited serves, or can't.
    void before(std::size_t pool, const request_rec *r) noexcept override;

    void look() noexcept override;

    /// Waits until nothing is loaded or ended, but not past `end`. Safe in a signal handler.
    void wait(std::chrono::steady_clock::time_point end) const noexcept { ends_.work.wait(end); }

private:
    static void *main(void *self) noexcept;
    bool heed_notices() noexcept;
    void wait_for_the_last_edit() noexcept;
    void ask(std::size_t pool, apr_interval_time_t patience);
    void ask_if_due(std::size_t pool, apr_time_t now, apr_interval_time_t patience);
    void look_at(std::size_t pool) noexcept;
    std::string problem_of_compiling(const Generation &generation) const;
    std::string replace(std::size_t pool, const std::string &edited);
    std::string reload(std::size_t pool, const std::string &edited);
    void take_over(InterpreterPool &pool, std::shared_ptr<Generation> fresh);
    void settle(std::size_t pool, const std::string &problem);
    void recycle_child() noexcept;
    void recycle_if_sound() noexcept;
    static void *recycle_later(void *self) noexcept;

    Interpreters &interpreters_;
    server_rec *s_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t wanted_ = 0;
    std::atomic<bool> told_{false}; // of an edit that was not looked at yet
    bool runs_ = false;             // not where Python could not start
    bool busy_ = false;
    unsigned looks_ = 0;
    Ends ends_;
    std::set<std::size_t> broken_; // pools whose files can't be loaded as they are now
    bool wants_recycling_ = false;
    bool recycles_later_ = false;
    std::chrono::steady_clock::time_point began_;
};

} // namespace pyhook
