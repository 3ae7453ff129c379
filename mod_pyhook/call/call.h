// call/call.h: from a configured name to a callable, from its result or exception to httpd's status.
#pragma once

#include "call/codes.h"
#include "config/config.h"
#include "types/request.h"

#include <bitset>

namespace pyhook {

class Transmission;

/// What an error-log entry says about a call: which phase or provider ran which callable.
struct Site {
    const char *phase;
    const char *callable;
};

/// The callable of a target in the attached interpreter, imported at its first use. Throws `Unresolved`.
py::borrowed resolve(State &state, const Target &target);
py::borrowed resolve(State &state, const Choice &choice);

/// The same, null where there is none.
py::maybe find(State &state, const Target &target);

/// The same, null also where it has not been loaded yet.
py::maybe find_loaded(State &state, const Target &target);

/// Loads the callable before anybody asks for it. A failure is logged.
void load_early(State &state, const char *phase, const Target &target, server_rec *s) noexcept;

/// Why a target has no callable here, as far as it has been tried.
struct Unresolved {
    const char *code;
    py::ref exception;
};

/// The targets that have a callable in the attached interpreter.
std::vector<const Target *> loaded_in(State &state);

/// Why others have none, an exception each.
std::vector<py::ref> failures_in(State &state);

/// Takes the pending exception, or an HTTPError's status: what httpd is to answer. Logs all but an HTTPError.
int status_of_exception(request_rec *r, const Site &site, const char *code = code::raised);

/// Logs a failed resolve; the status is 500.
int status_of(request_rec *r, const Site &site, const Unresolved &problem);

/// A process that Python code forked must not go on as a second httpd child on the same connection: it ends here, with
/// the status of a pending SystemExit. To be asked whenever a call into Python has come back.
void leave_if_forked(request_rec *r, const Site &site) noexcept;
void leave_if_forked(conn_rec *c, const Site &site) noexcept;
void leave_if_forked(server_rec *s, const Site &site) noexcept;

/// Asks when a scope is left, by an exception too: around calls into Python that no request is known for.
class leaving_if_forked {
public:
    leaving_if_forked(server_rec *s, const Site &site) noexcept : s_(s), site_(site) {}
    leaving_if_forked(const leaving_if_forked &) = delete;
    leaving_if_forked &operator=(const leaving_if_forked &) = delete;
    ~leaving_if_forked() { leave_if_forked(s_, site_); }

private:
    server_rec *s_;
    Site site_;
};

/// One error-log entry: code, phase, callable, what happened, request id; then the traceback.
void report(request_rec *r, const char *code, const Site &site, std::string_view what, py::maybe exception);
void report(conn_rec *c, const char *code, const Site &site, std::string_view what, py::maybe exception);
void report(server_rec *s, const char *code, const Site &site, std::string_view what, py::maybe exception);

/// Logs a result that its caller can't use. No exception is pending afterwards.
void report_wrong_result(request_rec *r, const Site &site, py::borrowed result, const char *expected);

/// The number that a callable returned: none for a bool, for what is no number, for one that no hook of httpd's could
/// take.
std::optional<int> number_of(py::borrowed result) noexcept;

/// The status that a result means under the phase's rule; a wrong one is logged and 500. Of a result that is a body,
/// `body` sends what can wait until the thread is detached.
int status_of_result(Request &request, const Phase &phase, const Site &site, py::borrowed result, Transmission &body);

/// Imports a module that the configuration names at `site`; false after a failure, which is logged.
bool import_plugin(const Site &site, const char *module, server_rec *s) noexcept;

/// Reads what @pyhook.hook has registered in the attached interpreter: which phases have callables now. Nothing after
/// a failure, which is logged.
std::optional<std::bitset<phase_count>> take_registered(State &state, server_rec *s) noexcept;

/// A callable that a plug-in registered, and the name that log entries give it.
struct Registered {
    py::ref callable;
    std::string name;
};

/// Takes a reference to a callable, and makes its name of `__module__` and `__qualname__`.
Registered registered_from(py::borrowed callable);

std::span<const Registered> registered_for(State &state, std::size_t phase);

} // namespace pyhook
