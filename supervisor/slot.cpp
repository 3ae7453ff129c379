#include "slot.h"

#include "log.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

namespace supervisor {

namespace {

using namespace pyhook::processes;

constexpr seconds longest_backoff{60};
constexpr seconds long_lived{10}; // one that lived so long is replaced at once
constexpr std::size_t most_of_a_crash = 16 * 1024;
constexpr std::size_t longest_reason = 500;

/// How many packets of one process are read before the others are looked at. A process that has ended has left fewer.
constexpr int most_packets = 1000;

std::string how_it_ended(int status) {
    if (!WIFSIGNALED(status))
        return "ended with exit status " + std::to_string(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    return "was ended by signal " + std::to_string(signal) + " (SIG" + sigabbrev_np(signal) + ")";
}

/// The stacks that faulthandler has written.
std::string stacks_of(const Worker &worker) {
    std::string stacks(most_of_a_crash, '\0');
    const ssize_t size = pread(worker.process.crash.number(), stacks.data(), stacks.size(), 0);
    stacks.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return stacks.empty() ? stacks : "\n" + stacks;
}

std::string lived(const Worker &worker) {
    return std::to_string(std::chrono::duration_cast<seconds>(Clock::now() - worker.born).count()) + " s";
}

/// The whole session of the process: what the application has started, too.
void kill_all(const Worker &worker) {
    if (kill(-worker.process.pid, SIGKILL) != 0)
        kill(worker.process.pid, SIGKILL); // before it has begun its session
}

} // namespace

std::string SlotKeeper::name_of(const Worker &worker) const {
    return group_.name + "/" + std::to_string(number_ + 1) + " (pid " + std::to_string(worker.process.pid) + ")";
}

void SlotKeeper::show(Life life) {
    const Place &shown = current_ ? current_ : next_;
    shown_.pid = shown ? shown->process.pid : 0;
    shown_.since = static_cast<std::uint64_t>(time(nullptr));
    shown_.life = life;
    announce(board_, static_cast<int>(most_children));
}

/// The group, the applications that a process may load, and those that a new one loads before it is ready.
Group SlotKeeper::with_applications() const {
    Group group = group_;
    if (group.is_program())
        return group;
    for (const std::string &each : group_.applications) {
        group.command.push_back("application=" + each);
        if (served_.contains(each))
            group.command.push_back("load=" + each);
    }
    return group;
}

void SlotKeeper::start_one(Clock::time_point now) {
    retry_at_ = now + backoff_;
    try {
        const int connections = group_.is_program() ? listening_ : slot_.number();
        next_ = Worker{
            .process = start(with_applications(), connections), .born = now, .pulse = now, .follows_edit = is_edited_};
    } catch (const std::system_error &failure) {
        report("error", 0, "PYHOOK0081: process " + group_.name + " could not be started: " + failure.what());
        return wait_longer();
    }
    renews_ = is_told_why_ = is_edited_ = false;
    if (!group_.is_program()) {
        next_->deadline = now + seconds(group_.start_seconds);
        next_->why = "was not ready after " + std::to_string(group_.start_seconds) + " s";
    }
    ++shown_.starts;
    if (!current_)
        show(Life::starting);
}

void SlotKeeper::wait_longer() {
    renews_ = true;
    retry_at_ = Clock::now() + backoff_;
    backoff_ = std::min(backoff_ * 2, longest_backoff);
}

void SlotKeeper::become_current() {
    send_away(current_, seconds(group_.drain_seconds));
    current_ = std::move(next_);
    next_.reset();
    current_->deadline.reset();
    current_->why.clear();
    if (current_->follows_edit)
        ++shown_.edits;
    shown_.is_behind = false;
    failure_.clear();
    why_.clear();
    log("info", "process " + name_of(*current_) + " is ready");
    show(Life::ready);
}

void SlotKeeper::send_away(Place &place, seconds patience) {
    if (!place)
        return;
    kill(place->process.pid, SIGTERM);
    place->deadline = Clock::now() + patience;
    place->why = "had not ended " + std::to_string(patience.count()) + " s after it was told to";
    leaving_.push_back(std::move(*place));
    place.reset();
}

void SlotKeeper::retire(seconds patience) {
    retired_ = true;
    send_away(current_, patience);
    if (next_)
        kill_all(*next_); // it does nothing yet that anybody waits for
    send_away(next_, patience);
    for (Worker &worker : leaving_)
        worker.deadline = std::min(*worker.deadline, Clock::now() + patience);
    show(Life::gone);
}

void SlotKeeper::kill_if_late(Worker &worker, Clock::time_point now) const {
    const bool is_silent =
        group_.pulse_seconds != 0 && !worker.deadline && worker.pulse + seconds(group_.pulse_seconds) <= now;
    if (is_silent)
        worker.why = "gave no sign of life for " + std::to_string(group_.pulse_seconds) + " s (deadlock-timeout)";
    if (!is_silent && !(worker.deadline && *worker.deadline <= now))
        return;
    report("warn", worker.process.pid, "PYHOOK0082: process " + name_of(worker) + " " + worker.why + ": it is killed");
    kill_all(worker);
    worker.deadline = now + longest_backoff; // it ends now, unless the kernel holds it
}

std::vector<Worker *> SlotKeeper::workers() {
    std::vector<Worker *> all;
    for (Place *place : {&next_, &current_})
        if (*place)
            all.push_back(&**place);
    for (Worker &worker : leaving_)
        all.push_back(&worker);
    return all;
}

Clock::time_point SlotKeeper::tick() {
    const Clock::time_point now = Clock::now();
    for (Worker *worker : workers())
        kill_if_late(*worker, now);
    if (group_.is_program() && next_ && ready_at(*next_) <= now)
        become_current();
    const bool wants = !retired_ && !next_ && (!current_ || renews_);
    if (wants && now >= retry_at_)
        start_one(now);
    Clock::time_point due = wants && !next_ ? retry_at_ : Clock::time_point::max();
    if (group_.is_program() && next_)
        due = ready_at(*next_);
    for (const Worker *worker : workers()) {
        if (worker->deadline)
            due = std::min(due, *worker->deadline);
        else if (group_.pulse_seconds != 0)
            due = std::min(due, worker->pulse + seconds(group_.pulse_seconds));
    }
    return due;
}

/// In the error log, and for the console.
void SlotKeeper::report(const char *level, pid_t pid, const std::string &entry) const {
    log(level, entry);
    board_.entries[number_].add(pid, entry);
}

void SlotKeeper::explain_end(const Worker &worker, int status, bool was_ready) {
    const std::string end = "process " + name_of(worker) + " " + how_it_ended(status) + " after " + lived(worker);
    const std::string reason = worker.why.starts_with("was ") || worker.why.empty() ? "" : ": " + worker.why;
    if (was_ready)
        return report("error", worker.process.pid, "PYHOOK0080: " + end + stacks_of(worker));
    const std::string failure = how_it_ended(status) + reason + stacks_of(worker);
    if (std::exchange(failure_, failure) != failure) // once for each reason
        report("error", worker.process.pid,
               "PYHOOK0081: " + end + ", before it was ready" + reason + stacks_of(worker) +
                   (current_ ? "\nThe process of before goes on." : ""));
}

/// A program may have started others, which would go on without it.
void SlotKeeper::end_rest_of(Worker &worker) {
    if (!group_.is_program())
        return;
    kill(-worker.process.pid, SIGKILL);
    worker.process.output.pass_on(name_of(worker));
    worker.process.output.end(name_of(worker));
}

bool SlotKeeper::has_ended(pid_t pid, int status) {
    const auto is_it = [pid](const Place &place) { return place && place->process.pid == pid; };
    for (Worker *worker : workers())
        if (worker->process.pid == pid)
            end_rest_of(*worker);
    if (is_it(next_)) {
        hear_status(next_->process.status.number()); // what it has said last
        if (!is_it(next_))                           // that it is ready
            return has_ended(pid, status);
        is_edited_ = is_edited_ || next_->follows_edit;
        shown_.is_behind = next_->follows_edit && current_;
        explain_end(*next_, status, false);
        next_.reset();
        wait_longer();
        if (!current_)
            show(Life::gone);
        return true;
    }
    if (is_it(current_)) {
        explain_end(*current_, status, true);
        const bool was_long = Clock::now() - current_->born >= long_lived;
        shown_.last_end = status;
        current_.reset();
        if (was_long) {
            backoff_ = seconds(1);
            retry_at_ = Clock::now();
        } else
            wait_longer();
        show(Life::gone);
        return true;
    }
    return std::erase_if(leaving_, [pid](const Worker &worker) { return worker.process.pid == pid; }) > 0;
}

/// A process may say any name, again and again.
bool SlotKeeper::knows(std::string_view application) const {
    return std::find(group_.applications.begin(), group_.applications.end(), application) != group_.applications.end();
}

void SlotKeeper::listen_to(Worker &worker, std::string_view said) {
    worker.pulse = Clock::now();
    const bool is_next = next_ && &worker == &*next_;
    if (said.starts_with('R') && is_next)
        become_current();
    else if (said.starts_with('E') && is_next)
        worker.why = said.substr(1);
    else if (said.starts_with('L') && knows(said.substr(1)))
        served_.emplace(said.substr(1));
    else if (said.starts_with("SPYHOOK0065: ")) // a slow request: of everything else the supervisor itself tells
        board_.entries[number_].add(worker.process.pid, said.substr(1));
    else if ((said.starts_with('N') || said.starts_with('F')) && current_ && &worker == &*current_)
        replace(said.substr(1), said.starts_with('F'));
}

/// A process may ask for this again and again: it is heard as often as its successors are started. The reason is
/// logged once, and so is each failure of its successors after one edit.
void SlotKeeper::replace(std::string_view reason, bool is_edited) {
    is_edited_ = is_edited_ || is_edited;
    if (is_edited) { // the last attempt says nothing about the next
        backoff_ = seconds(1);
        retry_at_ = std::min(retry_at_, Clock::now() + backoff_);
    }
    renews_ = renews_ || is_edited || !next_;
    const std::string why(reason.substr(0, std::min(reason.find('\n'), longest_reason)));
    if (is_edited && why != why_)
        failure_.clear();
    if (renews_ && !std::exchange(is_told_why_, true) && std::exchange(why_, why) != why)
        log("info", "process " + name_of(*current_) + " is replaced: " + why);
}

void SlotKeeper::hear(int descriptor) {
    for (Worker *worker : workers())
        if (worker->process.output.descriptor() == descriptor)
            return worker->process.output.pass_on(name_of(*worker));
    hear_status(descriptor);
}

void SlotKeeper::hear_status(int descriptor) {
    char said[16 * 1024];
    for (int packets = 0; packets < most_packets; ++packets) {
        const std::vector<Worker *> all = workers();
        const auto found = std::find_if(all.begin(), all.end(), [descriptor](const Worker *worker) {
            return worker->process.status.number() == descriptor;
        });
        if (found == all.end())
            return;
        const ssize_t size = recv(descriptor, said, sizeof(said), MSG_DONTWAIT);
        if (size < 0)
            return;
        if (size == 0) { // it has closed it; its end is told by a signal
            (*found)->process.status = Descriptor();
            return;
        }
        listen_to(**found, {said, static_cast<std::size_t>(size)});
    }
}

std::vector<int> SlotKeeper::descriptors() {
    std::vector<int> all;
    for (const Place *place : {&next_, &current_})
        if (*place && (*place)->process.status.number() >= 0)
            all.push_back((*place)->process.status.number());
    for (const Worker *worker : workers())
        if (worker->process.output.descriptor() >= 0)
            all.push_back(worker->process.output.descriptor());
    return all;
}

} // namespace supervisor
