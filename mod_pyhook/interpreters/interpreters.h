// interpreters/interpreters.h: the interpreters of this child, and which of them serves a request.
#pragma once

#include "py/runtime.h"

#include "config/config.h"
#include "interpreters/pool.h"
#include "interpreters/tasks.h"
#include "interpreters/work.h"

#include <memory>
#include <vector>

namespace pyhook {

/// Lets edited code take over before a request is placed.
class EditWatch {
public:
    /// A request is about to run in this pool. Returns when edited code serves, or cannot be loaded.
    virtual void before(std::size_t pool, const request_rec *r) noexcept = 0;

    /// The same for all pools that requests with PyHookReload On have used, where no request comes now.
    virtual void look() noexcept = 0;

protected:
    ~EditWatch() = default;
};

/// Whether httpd has decided that the client of a request may have the content.
enum class Access : bool { undecided, granted };

class Interpreters {
public:
    /// The object is never destroyed: threads may use it until the process ends.
    explicit Interpreters(server_rec *s);

    /// The interpreters of this process; null before the child has made them.
    static Interpreters *here() noexcept { return of_this_process_; }

    /// Chooses the member for a call at this location, and counts the call there, for a Placement. Null if the
    /// interpreter could not start, or where PyHookDebug is On and edited code could not be loaded; where access is
    /// granted the client gets a page about that. `r` and `c` may be null.
    Member *claim(const DirConfig &dir, const request_rec *r, const conn_rec *c, Access access) noexcept {
        Member *only = reloads_ ? nullptr : pool_of(dir).claim_only();
        return only != nullptr ? only : claim_among(dir, r, c, access);
    }

    /// Like `claim`, but does not check for edited files and never waits.
    Member *claim_as_it_is(const DirConfig &dir, const request_rec *r, const conn_rec *c = nullptr) noexcept {
        return pool_of(dir).claim(r, r != nullptr ? r->connection : c);
    }

    /// True if a decorator has registered a callable for the phase in the interpreter of this location.
    bool has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept;

    /// Starts Python and every interpreter. Throws start_error; a named one that can't start is logged.
    void start();

    /// Refuses every request that needs Python, which could not start.
    void close() noexcept;

    /// Imports plug-ins and preloaded applications into every interpreter. Failures are logged.
    void load();

    /// Loads again what could not be loaded, as a request would: once a second at most. Failures are logged.
    void load_again() noexcept;

    /// Waits until nothing is loaded again, but not past `end`.
    void wait(std::chrono::steady_clock::time_point end) const noexcept { loads_again_.wait(end); }

    /// True once everything is loaded. Callables of the logging hooks are called only from then on.
    void set_ready() noexcept { ready_.store(true, std::memory_order_release); }
    bool is_ready() const noexcept { return ready_.load(std::memory_order_acquire); }

    void watch_edits(EditWatch &watch) noexcept { watch_ = &watch; }
    EditWatch *edit_watch() noexcept { return watch_; } // null without PyHookReload On

    /// The main interpreter's pool first, then those of ServerConfig::interpreters in their order.
    const std::vector<std::unique_ptr<InterpreterPool>> &pools() const noexcept { return pools_; }

    /// Makes member `number` of a pool, which enters its environment.
    State &add_member(const InterpreterDefinition &definition, int number);

    py::Runtime &runtime() noexcept { return *runtime_; }
    Tasks &tasks() noexcept { return tasks_; }

    /// Takes the tasks that @pyhook.every has registered in the attached interpreter. Failures are logged.
    void take_tasks(State &state) noexcept;

private:
    const InterpreterDefinition &definition_at(std::size_t index) const {
        return APR_ARRAY_IDX(config_.interpreters, static_cast<int>(index) - 1, InterpreterDefinition);
    }
    InterpreterPool &pool_of(const DirConfig &dir) const noexcept {
        return *pools_[static_cast<std::size_t>(dir.interpreter.value)];
    }
    [[gnu::noinline]] Member *
    claim_among(const DirConfig &dir, const request_rec *r, const conn_rec *c, Access access) noexcept;
    void look_for_edits(const DirConfig &dir, const request_rec *r) noexcept;
    bool refuses_old_code(const DirConfig &dir, const request_rec *r, Access access) noexcept;
    Member *claim_or_import(const DirConfig &dir, const request_rec *r, const conn_rec *c) noexcept;
    void add_members(Generation &members, const InterpreterDefinition &definition);
    void import_plugins(std::size_t index, Generation &generation);
    bool import_plugins_again(std::size_t index) noexcept;
    void begin(Member &member, const InterpreterDefinition *definition);

    static Interpreters *of_this_process_;
    server_rec *s_;
    const ServerConfig &config_;
    const bool reloads_;
    std::unique_ptr<py::Runtime> runtime_;
    std::vector<std::unique_ptr<InterpreterPool>> pools_;
    Tasks tasks_;
    Work loads_again_;
    EditWatch *watch_ = nullptr;
    std::atomic<bool> ready_{false};
};

/// Which interpreter serves? Interpreters::claim of this process; no state before the child has started Python.
inline Placement place(const DirConfig &dir,
                       const request_rec *r,
                       const conn_rec *c = nullptr,
                       Access access = Access::undecided) noexcept {
    Interpreters *all = Interpreters::here();
    return Placement(all == nullptr ? nullptr : all->claim(dir, r, c, access));
}

/// Interpreters::has_registered of this process; false before the child has started Python.
bool has_registered(const DirConfig &dir, std::size_t phase, request_rec *r) noexcept;

} // namespace pyhook
