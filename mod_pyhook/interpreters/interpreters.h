// interpreters/interpreters.h: the interpreters of this child, and which of them serves a request.
#pragma once

#include "py/runtime.h"

#include "config/config.h"
#include "interpreters/pool.h"
#include "interpreters/tasks.h"

#include <deque>

namespace pyhook {

/// Who lets edited code take over before a request is placed.
class EditWatch {
public:
    /// A request is about to run in this pool. Comes back when code that has been edited serves, or can't.
    virtual void before(std::size_t pool, const request_rec *r) noexcept = 0;

protected:
    ~EditWatch() = default;
};

class Interpreters {
public:
    /// As long as the process: threads may come back to them at any time.
    explicit Interpreters(server_rec *s);

    /// Those of this process, or null before the child has made them.
    static Interpreters *here() noexcept;

    /// Where a call for this location runs, and for this request if there is one. Without a state if the
    /// interpreter could not start.
    Placement place(const DirConfig &dir, const request_rec *r, const conn_rec *c) noexcept;

    /// The same at any moment, without a look at files that may have been edited.
    Placement place_as_it_is(const DirConfig &dir, const request_rec *r, const conn_rec *c = nullptr) noexcept;

    /// Has a decorator registered a callable for the phase, where this location runs?
    bool has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept;

    /// Starts Python and every interpreter. Throws start_error; a named one that can't start is logged.
    void start();

    /// Python could not start: nothing is served.
    void close() noexcept;

    /// Imports plug-ins and what is to be preloaded, into all of them. What fails is logged.
    void load();

    /// All that had to be prepared is there: what happens while something is logged may come here.
    void set_ready() noexcept { ready_.store(true, std::memory_order_release); }
    bool is_ready() const noexcept { return ready_.load(std::memory_order_acquire); }

    void watch_edits(EditWatch &watch) noexcept { watch_ = &watch; }

    /// The main interpreter's pool first, then those of ServerConfig::interpreters in their order.
    std::deque<InterpreterPool> &pools() noexcept { return pools_; }

    /// Makes member `number` of a pool, which enters its environment.
    State &add_member(const InterpreterDefinition &definition, int number);

    py::Runtime &runtime() noexcept { return *runtime_; }
    Tasks &tasks() noexcept { return tasks_; }

    /// Takes what is to run again and again in the attached interpreter. What fails is logged.
    void take_tasks(State &state) noexcept;

private:
    const InterpreterDefinition &definition_at(std::size_t index) const {
        return APR_ARRAY_IDX(config_.interpreters, static_cast<int>(index) - 1, InterpreterDefinition);
    }
    void add_members(Generation &members, const InterpreterDefinition &definition);
    void import_plugins(std::size_t index, Generation &generation);
    bool import_plugins_again(std::size_t index) noexcept;
    void begin(Member &member, const InterpreterDefinition *definition);

    server_rec *s_;
    const ServerConfig &config_;
    const bool reloads_;
    std::unique_ptr<py::Runtime> runtime_;
    std::deque<InterpreterPool> pools_;
    Tasks tasks_;
    EditWatch *watch_ = nullptr;
    std::atomic<bool> ready_{false};
};

/// Which interpreter serves? Interpreters::place, without a state also where this process has none.
Placement place(const DirConfig &dir, const request_rec *r, const conn_rec *c = nullptr) noexcept;

/// Interpreters::has_registered, false where this process has none.
bool has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept;

} // namespace pyhook
