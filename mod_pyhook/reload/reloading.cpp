#include "reload/reloading.h"

#include "py/attach.h"
#include "py/thread.h"

#include "apache/log.h"
#include "apache/mpm.h"

#include "call/entry.h"
#include "call/recent.h"
#include "interpreters/edits.h"
#include "reload/new_generation.h"
#include "types/ending.h"

#include <algorithm>
#include <thread>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr apr_interval_time_t between_looks = APR_USEC_PER_SEC;
constexpr std::chrono::milliseconds look_again{5};
constexpr std::chrono::milliseconds quiet{50}; // in which nothing is edited
constexpr std::chrono::seconds longest_wait{1};
constexpr const char *directive = "PyHookReload";

void tell_of_reload(server_rec *s, const char *interpreter, const std::string &edited, const std::string &then) {
    const std::string text = std::string(directive) + ": " + edited + " has been edited: " + then;
    Recent::here().add({.kind = Kind::reload, .interpreter = interpreter, .text = text});
    apache::log(APLOG_INFO, s, text);
}

/// Threaded MPMs look at their children once a second. If a child leaves before they have seen one at work, they
/// conclude that no child can start, and end httpd.
constexpr std::chrono::seconds time_to_be_seen{3};

} // namespace

void Reloading::start() {
    began_ = std::chrono::steady_clock::now();
    py::start_thread("pyhook reload", &Reloading::main, this);
    runs_ = true;
}

void Reloading::before(std::size_t pool_index, const request_rec *r) noexcept {
    InterpreterPool &pool = *interpreters_.pools()[pool_index];
    if (!runs_ || r == nullptr || stopping() || py::Interpreter::current() != nullptr || r->main != nullptr ||
        r->prev != nullptr || pool.knows(r))
        return;
    pool.reloads = true;
    heed_notices();
    ask_if_due(pool_index, r->request_time, r->server->timeout);
}

void Reloading::look() noexcept {
    if (!runs_ || stopping())
        return;
    heed_notices();
    for (std::size_t index = 0; index < interpreters_.pools().size(); ++index)
        if (interpreters_.pools()[index]->reloads)
            ask_if_due(index, apr_time_now(), s_->timeout);
}

void Reloading::ask_if_due(std::size_t index, apr_time_t now, apr_interval_time_t patience) {
    InterpreterPool &pool = *interpreters_.pools()[index];
    apr_time_t last = pool.looked.load();
    if (std::abs(now - last) >= between_looks && pool.looked.compare_exchange_strong(last, now))
        ask(index, patience);
}

bool Reloading::heed_notices() noexcept {
    if (!take_notice())
        return false;
    for (const auto &each : interpreters_.pools())
        each->looked = 0;
    return told_ = true;
}

/// A deployment writes many files: loading only some of them would fail.
void Reloading::wait_for_the_last_edit() noexcept {
    const auto end = std::chrono::steady_clock::now() + longest_wait;
    do
        std::this_thread::sleep_for(quiet);
    while (heed_notices() && !stopping() && std::chrono::steady_clock::now() < end);
    told_ = false;
}

/// One request at a time waits; others go on with the current code.
void Reloading::ask(std::size_t pool, apr_interval_time_t patience) {
    std::unique_lock lock(mutex_);
    if (std::exchange(busy_, true))
        return interpreters_.pools()[pool]->looked.store(0); // the next request asks again
    wanted_ = pool;
    const unsigned looks = looks_;
    changed_.notify_all();
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(patience);
    while (looks_ == looks && !stopping() && std::chrono::steady_clock::now() < end)
        changed_.wait_for(lock, look_again); // nobody wakes it when the child is told to end
}

void *Reloading::main(void *self) noexcept {
    auto &reloading = *static_cast<Reloading *>(self);
    std::unique_lock lock(reloading.mutex_);
    for (;;) {
        reloading.changed_.wait(lock, [&] { return reloading.busy_; });
        lock.unlock();
        {
            const Work::done now(reloading.ends_.work);
            if (!stopping())
                reloading.look_at(reloading.wanted_);
        }
        lock.lock();
        reloading.busy_ = false;
        ++reloading.looks_;
        reloading.changed_.notify_all();
    }
}

void Reloading::look_at(std::size_t index) noexcept {
    if (told_)
        wait_for_the_last_edit();
    const Generation &generation = interpreters_.pools()[index]->current();
    try {
        Paths edited;
        for (const auto &member : generation.members())
            for (std::string &path : edited_files(member->state, s_))
                edited.push_back(std::move(path));
        if (edited.empty())
            return;
        std::string problem = problem_of_compiling(generation);
        if (problem.empty())
            problem = replace(index, edited.front());
        settle(index, problem);
    } catch (const std::exception &failure) {
        apache::log(APLOG_ERR, s_, std::string(code::reload_failed) + ": " + directive + ": " + failure.what());
    }
}

std::string Reloading::problem_of_compiling(const Generation &generation) const {
    for (const auto &member : generation.members())
        if (std::string problem = pyhook::problem_of_compiling(member->state, s_); !problem.empty())
            return problem;
    return {};
}

/// While code cannot be loaded the child stays: its successor could not load it either.
void Reloading::settle(std::size_t pool, const std::string &problem) {
    interpreters_.pools()[pool]->set_problem(problem);
    const std::lock_guard lock(mutex_);
    if (problem.empty())
        broken_.erase(pool);
    else
        broken_.insert(pool);
    recycle_if_sound();
}

void Reloading::recycle_child() noexcept {
    const std::lock_guard lock(mutex_);
    wants_recycling_ = true;
    recycle_if_sound();
}

void Reloading::recycle_if_sound() noexcept {
    if (!wants_recycling_ || !broken_.empty() || recycles_later_)
        return;
    if (std::chrono::steady_clock::now() >= began_ + time_to_be_seen)
        return apache::recycle_child();
    try {
        py::start_thread("pyhook recycle", &Reloading::recycle_later, this);
        recycles_later_ = true;
    } catch (const py::start_error &failure) {
        apache::log(APLOG_ERR, s_, std::string(code::reload_failed) + ": " + directive + ": " + failure.what());
    }
}

void *Reloading::recycle_later(void *self) noexcept {
    auto &reloading = *static_cast<Reloading *>(self);
    std::this_thread::sleep_until(reloading.began_ + time_to_be_seen);
    const std::lock_guard lock(reloading.mutex_);
    reloading.recycles_later_ = false;
    reloading.recycle_if_sound();
    return nullptr;
}

/// The main interpreter cannot be ended: the child is recycled, and its successor imports everything anew.
std::string Reloading::replace(std::size_t index, const std::string &edited) {
    if (index != main_interpreter)
        return reload(index, edited);
    tell_of_reload(s_, "main", edited, "this child leaves");
    recycle_child();
    return {};
}

/// Gives why it could not be done, or nothing.
std::string Reloading::reload(std::size_t index, const std::string &edited) {
    InterpreterPool &pool = *interpreters_.pools()[index];
    const auto &definition =
        APR_ARRAY_IDX(ServerConfig::of(s_).interpreters, static_cast<int>(index) - 1, InterpreterDefinition);
    ends_.memory.begin(definition.own_gil);
    NewGeneration fresh(interpreters_, definition, s_);
    if (!fresh.load(pool.current())) {
        for (const auto &member : pool.current().members())
            watch_also(member->state, fresh.files(), s_);
        EndGeneration::begin(ends_, nullptr, fresh.take());
        return fresh.problem();
    }
    take_over(pool, fresh.take());
    tell_of_reload(s_, definition.name, edited,
                   std::string("interpreter '") + definition.name + "' serves with fresh code");
    return {};
}

void Reloading::take_over(InterpreterPool &pool, std::shared_ptr<Generation> fresh) {
    const std::shared_ptr<Generation> former = pool.replace(fresh);
    for (const auto &member : former->members()) {
        member->state.is_replaced = true;
        interpreters_.tasks().drop(member->state);
    }
    for (const auto &member : fresh->members()) {
        const py::attached here(member->state.interpreter);
        interpreters_.take_tasks(member->state);
    }
    interpreters_.tasks().start();
    EndGeneration::begin(ends_, &pool, former);
}

} // namespace pyhook
