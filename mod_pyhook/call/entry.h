// call/entry.h: the entries of the error log that tell what became of a call into Python, and their codes.
#pragma once

#include "py/error.h"

#include "apache/httpd.h"

#include <string>
#include <string_view>

namespace pyhook {

/// docs/errors.md has a section for each.
namespace code {

inline constexpr const char *no_python = "PYHOOK0001";       // Python could not start in this child
inline constexpr const char *no_interpreter = "PYHOOK0002";  // a named interpreter could not start
inline constexpr const char *not_imported = "PYHOOK0003";    // a module could not be imported
inline constexpr const char *not_callable = "PYHOOK0004";    // a module has no such callable
inline constexpr const char *raised = "PYHOOK0005";          // a callable raised
inline constexpr const char *wrong_result = "PYHOOK0006";    // a callable returned what its phase can't use
inline constexpr const char *broken_off = "PYHOOK0007";      // a response ended before it was complete
inline constexpr const char *import_failed = "PYHOOK0008";   // PyHookImport failed
inline constexpr const char *exit_late = "PYHOOK0009";       // exit functions did not end in time
inline constexpr const char *filter_failed = "PYHOOK0010";   // a filter raised
inline constexpr const char *forked = "PYHOOK0011";          // a forked process came back into httpd
inline constexpr const char *no_return = "PYHOOK0012";       // a request did not end when the child was to stop
inline constexpr const char *near_limit = "PYHOOK0013";      // many connections without a thread: httpd has a limit
inline constexpr const char *loop_blocked = "PYHOOK0014";    // an event loop has not gone on for a second
inline constexpr const char *bad_require = "PYHOOK0020";     // a Require line's parser refused it
inline constexpr const char *no_shared = "PYHOOK0030";       // a shared dictionary found no memory
inline constexpr const char *shared_lost = "PYHOOK0031";     // a shared dictionary was emptied after a crash
inline constexpr const char *shared_away = "PYHOOK0033";     // a shared dictionary's server is away, or back
inline constexpr const char *no_watchdog = "PYHOOK0032";     // a task for one child needs mod_watchdog
inline constexpr const char *bad_element = "PYHOOK0050";     // an SSI element is not written as it should be
inline constexpr const char *reload_failed = "PYHOOK0060";   // edited code could not be loaded
inline constexpr const char *not_ended = "PYHOOK0061";       // a replaced interpreter can't be ended
inline constexpr const char *slow = "PYHOOK0065";            // a request runs for longer than slow=
inline constexpr const char *timed_out = "PYHOOK0066";       // a request runs for longer than PyHookTimeout
inline constexpr const char *not_interrupted = "PYHOOK0067"; // a request goes on, so its child is recycled
inline constexpr const char *lock_held = "PYHOOK0068";       // nobody gets the GIL
inline constexpr const char *not_wsgi = "PYHOOK0070";        // an application's answer is not what PEP 3333 says
inline constexpr const char *wrong_length = "PYHOOK0071";    // a body is longer or shorter than its Content-Length
inline constexpr const char *process_ended = "PYHOOK0080";   // a worker process ended by itself
inline constexpr const char *no_process = "PYHOOK0081";      // a worker process could not be started
inline constexpr const char *process_killed = "PYHOOK0082";  // a worker process was killed, since it did not end
inline constexpr const char *no_place = "PYHOOK0083";        // no worker process was free for a request
inline constexpr const char *request_lost = "PYHOOK0084";    // a worker process did not answer a request
inline constexpr const char *too_long = "PYHOOK0085";        // a request took longer than request-timeout
inline constexpr const char *stays_in_child = "PYHOOK0086";  // worker processes are meant to run what they can't

} // namespace code

/// Which phase or provider ran which callable.
struct Site {
    const char *phase;
    const char *callable;
};

/// One entry: code, phase, callable, what happened; then the traceback, and what is known to help.
std::string entry(const char *code, const Site &site, std::string_view what, py::maybe exception);

/// Logs such an entry, with the id of a request. That of a server is returned.
void report(request_rec *r, const char *code, const Site &site, std::string_view what, py::maybe exception);
void report(conn_rec *c, const char *code, const Site &site, std::string_view what, py::maybe exception);
std::string report(server_rec *s, const char *code, const Site &site, std::string_view what, py::maybe exception);

/// Reports, of Python that runs in httpd's children alone, that its place runs in processes; returns 500.
int refuse_in_processes(request_rec *r, const Site &site, const char *processes);

/// Reports an exception of another process, by its traceback.
void report_traceback(
    request_rec *r, const char *code, const Site &site, std::string_view what, std::string_view traceback);

/// Logs a line at level info, for an event that is no mistake of the code.
void note(request_rec *r, const Site &site, std::string_view what);
void note(conn_rec *c, const Site &site, std::string_view what);

} // namespace pyhook
