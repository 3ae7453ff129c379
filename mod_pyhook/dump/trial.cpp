#include "py/attach.h"
#include "py/bind.h"
#include "py/text.h"

#include "apache/json.h"
#include "apache/log.h"

#include "call/callable.h"
#include "call/entry.h"
#include "call/forked.h"
#include "dump/dump.h"
#include "interpreters/interpreters.h"
#include "interpreters/sharing.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "py/poison.h"

namespace pyhook {

namespace {

struct Wanted {
    std::string phase;
    std::string interpreter;
    std::string use;
    std::string spec;

    Site site() const { return {phase.c_str(), spec.c_str()}; }
    bool is_plugin() const { return use == "plugin"; }
};

std::vector<Wanted> wanted_by_command() {
    std::vector<Wanted> list;
    for (Wanted each; std::getline(std::cin, each.phase, '\t') && std::getline(std::cin, each.interpreter, '\t') &&
                      std::getline(std::cin, each.use, '\t') && std::getline(std::cin, each.spec);)
        list.push_back(each);
    return list;
}

/// The targets that serve a spec: itself, or methods of the object that it names.
std::vector<const Target *> targets_of(apr_pool_t *pconf, const Wanted &wanted) {
    const Use use = wanted.use == "filter"        ? Use::filter
                    : wanted.use == "application" ? Use::application
                    : wanted.use == "factory"     ? Use::factory
                                                  : Use::callable;
    std::vector<const Target *> targets;
    for (const Target *target : known_targets(pconf)) {
        const std::string_view spec = target->spec;
        const bool is_method =
            spec.starts_with(wanted.spec + ".") && spec.find('.', wanted.spec.size() + 1) == spec.npos;
        if (target->use == use && (spec == wanted.spec || (use == Use::callable && is_method)))
            targets.push_back(target);
    }
    return targets;
}

class Trial {
public:
    Trial(apr_pool_t *pconf, server_rec *s) : pconf_(pconf), s_(s) {}

    /// Starts Python and all interpreters. If Python can't start, every callable has that as its reason.
    void start() {
        try {
            if (!open_shared(pconf_, s_))
                throw std::runtime_error("there is no memory for the shared dictionaries");
            all_->start();
        } catch (const std::exception &failure) {
            reason_ = std::string(code::no_python) + ": Python could not start: " + failure.what();
        }
    }

    /// The entry that the server would log, or nothing.
    std::string entry_of(const Wanted &wanted) {
        if (!reason_.empty())
            return reason_;
        const int position = interpreter_position(ServerConfig::of(s_).interpreters, wanted.interpreter.c_str());
        if (position < 0)
            return "there is no interpreter '" + wanted.interpreter + "'";
        const Generation &generation = all_->pools()[static_cast<std::size_t>(position)]->current();
        if (generation.members().empty())
            return std::string(code::no_interpreter) + ": interpreter '" + wanted.interpreter +
                   "' could not start: " + generation.reason;
        State &state = generation.members().front()->state;
        const py::attached here(state.interpreter);
        return wanted.is_plugin() ? entry_of_plugin(wanted) : entry_of_callable(state, wanted);
    }

private:
    std::string entry_of_plugin(const Wanted &wanted) {
        try {
            const leaving_if_forked here(s_, wanted.site());
            load_plugin(wanted.spec.c_str());
            return {};
        } catch (const py::error &) {
            const py::ref exception = py::take_exception();
            return entry(code::import_failed, wanted.site(),
                         "can't be imported in interpreter '" + wanted.interpreter + "'", exception.get());
        }
    }

    std::string entry_of_callable(State &state, const Wanted &wanted) {
        std::string first;
        for (const Target *target : targets_of(pconf_, wanted)) {
            try {
                resolve(state, *target);
                return mistake_of(wanted);
            } catch (const Unresolved &problem) {
                if (first.empty() || target->spec == wanted.spec)
                    first = entry(problem.code, wanted.site(), problem.what(), problem.exception.get());
            }
        }
        return first.empty() ? "the configuration does not name it" : first;
    }

    /// What pyhook.mistaken says of a callable that can't be called with what its directive gives it; mostly nothing.
    static std::string mistake_of(const Wanted &wanted) {
        try {
            const py::ref found = py::call(py::attribute(py::import("pyhook.mistaken"), "mismatch"),
                                           py::to_python(wanted.phase), py::to_python(wanted.spec));
            return std::string(py::text(found).view());
        } catch (const py::error &) { // of a signature that is computed
            return entry(code::raised, wanted.site(), "can't be looked at", py::take_exception().get());
        }
    }

    apr_pool_t *pconf_;
    server_rec *s_;
    Interpreters *all_ = new Interpreters(s_); // as long as the process, as in a child of the server
    std::string reason_;
};

/// Gives the standard output to the results alone; what the callables print goes to the standard error.
int take_output() {
    const int results = dup(STDOUT_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (std::freopen("/dev/null", "r", stdin) == nullptr)
        _exit(1);
    return results;
}

/// In the forked process, which ends without exit functions: nothing has served.
[[noreturn]] void run(apr_pool_t *pconf, server_rec *s, const std::vector<Wanted> &list) {
    const int results = take_output();
    if (ap_run_drop_privileges(pconf, s) != OK)
        _exit(1);
    Trial trial(pconf, s);
    trial.start();
    for (const Wanted &each : list)
        write_line(results, apache::JsonObject().add("entry", trial.entry_of(each)).text());
    _exit(0);
}

} // namespace

void try_callables(apr_pool_t *pconf, server_rec *s) {
    const std::vector<Wanted> list = wanted_by_command();
    const pid_t pid = fork();
    if (pid == 0)
        run(pconf, s, list);
    int status = -1;
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        write_line(STDOUT_FILENO, apache::JsonObject().add_number("ended", status).text());
}

} // namespace pyhook
