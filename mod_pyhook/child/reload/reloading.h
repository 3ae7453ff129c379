// child/reload/reloading.h: PyHookReload: edited code is noticed, loaded into fresh interpreters, and takes over from
// the old.
#pragma once

#include "child/pool.h"
#include "child/reload/edits.h"
#include "child/reload/growth.h"

#include <condition_variable>
#include <set>

namespace pyhook {

/// Some place has PyHookReload On: named interpreters are made so that they can be replaced.
void want_reloading() noexcept;
bool reloading_wanted() noexcept;
void forget_reloading() noexcept;

class Child;

/// One thread of a child looks at files and loads code, asked by a request that waits for it.
class Reloading {
public:
    Reloading(Child &child, server_rec *s) noexcept : child_(child), s_(s) {}

    /// Starts the thread. Throws start_error.
    void start();

    /// A request is about to run in this pool. Looks at its files once a second, or when the kernel has told of an
    /// edit, and comes back when code that has been edited serves, or can't.
    void before(std::size_t pool, const request_rec *r) noexcept;

    /// Waits until nothing is loaded or ended, but not past `end`. Safe in a signal handler.
    void wait(std::chrono::steady_clock::time_point end) const noexcept;

    /// Counts as work that the end of the process waits for.
    class Working {
    public:
        explicit Working(Reloading &reloading) noexcept : count_(reloading.working_) { ++count_; }
        Working(const Working &) = delete;
        Working &operator=(const Working &) = delete;
        ~Working() { --count_; }

    private:
        std::atomic<int> &count_;
    };

private:
    friend class Farewell;

    static void *main(void *self) noexcept;
    bool heed_notices() noexcept;
    void wait_for_the_last_edit() noexcept;
    void ask(std::size_t pool, apr_interval_time_t patience);
    void look(std::size_t pool) noexcept;
    bool can_be_compiled(const Generation &generation) const;
    bool replace(std::size_t pool, const std::string &edited);
    bool reload(std::size_t pool, const std::string &edited);
    void take_over(Pool &pool, std::shared_ptr<Generation> fresh);
    void settle(std::size_t pool, bool is_sound);
    void make_way() noexcept;
    void leave_if_sound() noexcept;
    static void *leave_later(void *self) noexcept;

    Child &child_;
    server_rec *s_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t wanted_ = 0;
    std::atomic<bool> told_{false}; // of an edit that was not looked at yet
    bool runs_ = false;             // not where Python could not start
    bool busy_ = false;
    unsigned looks_ = 0;
    std::atomic<int> working_{0}; // in Python
    Growth growth_;
    std::set<std::size_t> broken_; // pools whose files can't be loaded as they are now
    bool wants_to_leave_ = false;
    bool leaves_later_ = false;
    std::chrono::steady_clock::time_point began_;
};

} // namespace pyhook
