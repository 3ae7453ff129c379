#include "interpreters/tasks.h"

#include "py/attach.h"
#include "py/thread.h"

#include "apache/log.h"

#include "call/latency.h"
#include "config/config.h"
#include "types/ending.h"

#include <algorithm>
#include <mod_watchdog.h>
#include <thread>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::chrono::seconds handover{4}; // how long a chosen child may finish a task
std::chrono::steady_clock::time_point now() noexcept { return std::chrono::steady_clock::now(); }

/// mod_watchdog is asked in the parent, and answers in each child: which child runs the tasks that are for one only?
struct Election {
    bool is_held = false;             // mod_watchdog is there
    std::atomic<bool> is_won = false; // by this child
    sem_t changed{};                  // that, the list of tasks, or stopping()
    Tasks *tasks = nullptr;           // of this child
};

constinit Election election;

/// mod_watchdog holds a lock between the two states, so that one child at a time is chosen.
apr_status_t choose(int state, void *, apr_pool_t *) noexcept {
    if (state == AP_WATCHDOG_STATE_STARTING)
        election.is_won = true;
    if (state == AP_WATCHDOG_STATE_STOPPING) {
        election.is_won = false;
        if (election.tasks != nullptr)
            election.tasks->wait(now() + handover);
    }
    if (state != AP_WATCHDOG_STATE_RUNNING)
        sem_post(&election.changed);
    return APR_SUCCESS;
}

bool imports_anything(const ServerConfig &config) {
    bool any = config.imports->nelts > 0;
    for (int index = 0; index < config.interpreters->nelts; ++index)
        any = any || APR_ARRAY_IDX(config.interpreters, index, InterpreterDefinition).imports->nelts > 0;
    return any;
}

/// A watchdog must be registered in the parent; the tasks are known only in the children.
int ask_watchdog(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    auto *get = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    auto *enter = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t *watchdog = nullptr;
    sem_init(&election.changed, 0, 0);
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG || !imports_anything(ServerConfig::of(s)))
        return OK;
    election.is_held = get != nullptr && enter != nullptr && get(&watchdog, "_pyhook_", 0, 1, pconf) == APR_SUCCESS &&
                       enter(watchdog, AP_WD_TM_INTERVAL, &election.changed, &choose) == APR_SUCCESS;
    return OK;
}

void child_stopping(apr_pool_t *, int) noexcept { stop_tasks(); }

} // namespace

void attach_tasks() {
    ap_hook_post_config(&ask_watchdog, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_child_stopping(&child_stopping, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

void stop_tasks() noexcept {
    begin_stopping();
    sem_post(&election.changed);
}

Tasks::Tasks(server_rec *s) noexcept : s_(s) { election.tasks = this; }

void Tasks::take(State &state) {
    const py::ref tasks = py::check(PySequence_List(py::attribute(py::import("pyhook.life"), "tasks").get()));
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(tasks.get()); ++at)
        add(state, PyList_GET_ITEM(tasks.get(), at));
}

/// A task for one child runs in one of its interpreters: the first that has registered it.
void Tasks::add(State &state, py::borrowed entry) {
    Registered function = registered_from(PyTuple_GET_ITEM(static_cast<PyObject *>(entry), 0));
    const auto seconds = py::from_python<double>(PyTuple_GET_ITEM(static_cast<PyObject *>(entry), 1));
    const bool once = py::from_python<bool>(PyTuple_GET_ITEM(static_cast<PyObject *>(entry), 2));
    const auto same = [&](const Task &task) {
        return task.once_per_server && !task.is_dropped && task.function.name == function.name;
    };
    if (once && !election.is_held) {
        report(s_, code::no_watchdog, {"every", function.name.c_str()},
               "does not run: mod_watchdog, which chooses the child for it, is not loaded", {});
        return;
    }
    const std::lock_guard lock(mutex_);
    if (once && std::any_of(tasks_.begin(), tasks_.end(), same))
        return;
    tasks_.push_back({.state = state,
                      .function = std::move(function),
                      .period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)),
                      .once_per_server = once,
                      .due = Clock::now()});
}

void Tasks::start() {
    const auto has_any = [this] {
        const std::lock_guard lock(mutex_); // those of an interpreter that ends may be leaving the list
        return !tasks_.empty();
    };
    if (has_any() && !started_.exchange(true))
        py::start_thread("pyhook tasks", &Tasks::main, this);
    else
        sem_post(&election.changed);
}

bool Tasks::drop(const State &state) noexcept {
    const std::lock_guard lock(mutex_);
    for (Task &task : tasks_)
        task.is_dropped = task.is_dropped || &task.state == &state;
    const Task *running = running_;
    return running == nullptr || &running->state != &state;
}

void Tasks::forget(const State &state) noexcept {
    std::list<Task> gone; // they go when the lock has gone: that may run Python
    const std::lock_guard lock(mutex_);
    for (auto task = tasks_.begin(); task != tasks_.end();)
        if (const auto at = task++; &at->state == &state)
            gone.splice(gone.end(), tasks_, at);
}

void Tasks::wait(Clock::time_point end) const noexcept {
    constexpr std::chrono::milliseconds look_again{5};
    while (running_ != nullptr && Clock::now() < end)
        std::this_thread::sleep_for(look_again);
}

/// Marks the next task as running and returns it, if it is due. Otherwise `due` says when there will be one.
Tasks::Task *Tasks::claim(Clock::time_point &due) noexcept {
    const std::lock_guard lock(mutex_);
    Task *soonest = nullptr;
    for (Task &task : tasks_)
        if (!task.is_dropped && (!task.once_per_server || election.is_won) &&
            (soonest == nullptr || task.due < soonest->due))
            soonest = &task;
    due = soonest == nullptr ? Clock::time_point::max() : soonest->due;
    if (due > Clock::now())
        return nullptr;
    running_ = soonest; // seen by whoever has said before that no task may begin
    return soonest;
}

void *Tasks::main(void *self) noexcept {
    auto &tasks = *static_cast<Tasks *>(self);
    for (;;) {
        Clock::time_point due = Clock::time_point::max();
        Task *task = stopping() ? nullptr : tasks.claim(due);
        if (task != nullptr) {
            tasks.run(*task);
        } else if (due == Clock::time_point::max()) {
            sem_wait(&election.changed);
        } else {
            py::wait_until(election.changed, due);
        }
    }
}

void Tasks::run(Task &task) noexcept {
    if (!stopping() && (!task.once_per_server || election.is_won)) {
        try {
            const py::attached here(task.state.interpreter);
            const Site site{"every", task.function.name.c_str()};
            const measured time(task.state, site);
            call_plainly(site, task.function.callable, s_);
        } catch (const std::bad_alloc &) { // no thread state: it runs the next time
        }
    }
    task.due = std::max(task.due + task.period, Clock::now());
    running_ = nullptr;
}

} // namespace pyhook
