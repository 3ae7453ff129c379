// supervisor/slot.h: one place of a group, in which there is always a worker process: it is started, replaced and ended
// here.
#pragma once

#include "processes/board.h"
#include "start.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace supervisor {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

/// A process that has been started and has not been waited for.
struct Worker {
    Started process;
    Clock::time_point born;
    Clock::time_point pulse;                        // the last sign of life
    std::optional<Clock::time_point> deadline = {}; // when it is killed
    std::string why = {};                           // it is killed, or what it said when it could not start
    bool follows_edit = false;
};

class SlotKeeper {
public:
    /// `slot` is the socket that connections come from. A program takes them from `listening`; when no child has the
    /// other end of `slot`, nobody connects there either.
    SlotKeeper(const Group &group, std::size_t number, Descriptor slot, int listening, pyhook::processes::Board &board)
        : group_(group), number_(number), slot_(std::move(slot)), listening_(listening), board_(board),
          shown_(board.slots[number]) {}

    /// A new process takes the place of the present one as soon as it is ready. It has loaded what the one of before
    /// has served, if that is still one of `applications`.
    void renew(const std::vector<std::string> &applications) {
        group_.applications = applications;
        renews_ = true;
        backoff_ = seconds(1);
        retry_at_ = {};
    }

    /// Nobody will come any more: the processes end within this time.
    void retire(seconds patience);

    /// Does what is due, and gives the time of what is due next.
    Clock::time_point tick();

    /// True if the process was one of these. `status` is that of waitpid.
    bool has_ended(pid_t pid, int status);

    /// Reads what a process has said or printed, but not all if it goes on and on.
    void hear(int descriptor);

    /// Where the processes speak and print.
    std::vector<int> descriptors();
    int slot() const { return slot_.number(); }
    bool is_retired() const { return retired_; }
    bool is_over() const { return retired_ && !next_ && !current_ && leaving_.empty(); }

private:
    using Place = std::optional<Worker>;

    Group with_applications() const;
    void start_one(Clock::time_point now);
    void hear_status(int descriptor);
    void become_current();
    Clock::time_point ready_at(const Worker &worker) const { return worker.born + seconds(group_.ready_seconds); }
    void end_rest_of(Worker &worker);
    void send_away(Place &place, seconds patience);
    void show(pyhook::processes::Life life);
    void listen_to(Worker &worker, std::string_view said);
    bool knows(std::string_view application) const;
    void replace(std::string_view reason, bool is_edited);
    void explain_end(const Worker &worker, int status, bool was_ready);
    void report(const char *level, pid_t pid, const std::string &entry) const;
    void wait_longer();
    void kill_if_late(Worker &worker, Clock::time_point now) const;
    std::string name_of(const Worker &worker) const;
    std::vector<Worker *> workers();

    Group group_;
    std::size_t number_;
    Descriptor slot_;
    int listening_;
    pyhook::processes::Board &board_;
    pyhook::processes::Slot &shown_;
    Place next_;    // not ready yet
    Place current_; // ready
    std::vector<Worker> leaving_;
    bool renews_ = true;
    bool is_told_why_ = false; // no reason is logged before a process is started
    std::string why_;          // the last reason; the log has it
    bool is_edited_ = false;   // since the last process was started
    bool retired_ = false;
    seconds backoff_{1};
    Clock::time_point retry_at_{};
    std::string failure_; // the last one that was logged
    std::set<std::string> served_;
};

} // namespace supervisor
