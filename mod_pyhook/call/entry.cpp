#include "call/entry.h"

#include "py/bind.h"
#include "py/interpreter.h"
#include "py/text.h"
#include "py/version.h"

#include "apache/log.h"
#include "apache/trace.h"

#include "call/client_page.h"
#include "call/recent.h"
#include "types/serving.h"
#include "types/state.h"

#include <algorithm>
#include <string>

#include "py/poison.h"

namespace pyhook {

namespace {

/// How extension modules refuse to be loaded; none of the messages names the interpreter.
constexpr std::string_view refused_imports[] = {
    "does not support loading in subinterpreters",          // CPython, where the interpreter has a GIL of its own
    "can only be loaded into one interpreter per process",  // Cython
    "may only be initialized once per interpreter process", // PyO3
    "do not yet support subinterpreters",                   // PyO3 from 0.19 on
    "cannot load module more than once per process",        // numpy
    "CPU dispatcher tracer already",                        // numpy 2, which raises RuntimeError
};

bool is_refused_import(py::borrowed exception) {
    if (PyErr_GivenExceptionMatches(exception, PyExc_ImportError) == 0 &&
        PyErr_GivenExceptionMatches(exception, PyExc_RuntimeError) == 0)
        return false;
    const py::ref words = py::check(PyObject_Str(exception));
    const py::text said(words);
    return std::any_of(std::begin(refused_imports), std::end(refused_imports),
                       [&](std::string_view words) { return said.view().find(words) != std::string_view::npos; });
}

/// The cause of an exception, explicit or implicit.
py::ref behind(py::borrowed exception) noexcept {
    PyObject *cause = PyException_GetCause(exception);
    return py::ref::steal(cause != nullptr ? cause : PyException_GetContext(exception));
}

/// Packages wrap the error of their extension in one of their own.
bool is_caused_by_refused_import(py::borrowed exception) {
    int depth = 100; // a chain can be made to lead back to itself
    for (py::ref each = py::ref::share(exception); each && depth > 0; each = behind(each), --depth)
        if (is_refused_import(each))
            return true;
    return false;
}

std::string known_hint(py::borrowed exception, const Site &site) {
    const py::ref known =
        py::call(py::attribute(py::import("pyhook.cures"), "cure"), exception,
                 py::to_python(std::string_view(site.phase)), py::to_python(std::string_view(site.callable)));
    const std::string line(py::text(known).view());
    return line.empty() ? line : "\n" + line;
}

/// A line for the entry of an exception, after a line break: about an extension module that refuses to be loaded in
/// this interpreter, or what pyhook.cures knows. Empty for most.
std::string hint_for(py::borrowed exception, const Site &site) noexcept {
    try {
        const py::Interpreter *here = py::Interpreter::current();
        if (here == nullptr)
            return {};
        if (!is_caused_by_refused_import(exception))
            return known_hint(exception, site);
        return "\nThe extension can't be loaded in interpreter '" + here->name() +
               (here->name() == "main" ? "', since another one was the first to try" : "'") +
               ": run every place that needs it in the main one (PyHookRunIn main)" +
               (py::version::has_gil && here->has_own_gil() ? ", or define the interpreter with gil=shared" : "");
    } catch (const py::error &) { // of its __str__
        static_cast<void>(py::take_exception());
    } catch (const std::exception &) { // out of memory: the traceback is there
    }
    return {};
}

std::string head_of(const char *code, const Site &site, std::string_view what) {
    return std::string(code) + ": " + site.phase + " " + site.callable + " " + std::string(what);
}

/// The whole entry, cut to what the log takes.
std::string entry_of(std::string head, const Site &site, py::maybe exception) {
    if (!exception)
        return head;
    const uninterrupted here;
    for (const std::string &line : py::describe(*exception))
        head += "\n" + line;
    return apache::abridged(head + hint_for(*exception, site));
}

template <class Record> void write_entry(Record *record, const std::string &entry) {
    RecentEntry recent;
    if (const py::Interpreter *here = py::Interpreter::current()) {
        Counters::add(State::current().counters->errors, std::uint64_t{1});
        recent.interpreter = here->name();
    }
    recent.text = entry;
    Recent::here().add(std::move(recent.of(record)));
    apache::log(APLOG_ERR, record, entry);
}

template <class Record> void write_note(Record *record, const Site &site, std::string_view what) {
    apache::log(APLOG_INFO, record, std::string(site.phase) + " " + site.callable + " " + std::string(what));
}

const char *log_id_of(request_rec *r) {
    if (r->log_id == nullptr)
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    return r->log_id == nullptr ? "-" : r->log_id;
}

} // namespace

std::string entry(const char *code, const Site &site, std::string_view what, py::maybe exception) {
    return entry_of(head_of(code, site, what), site, exception);
}

namespace {

std::string head_for(request_rec *r, const char *code, const Site &site, std::string_view what) {
    std::string head = head_of(code, site, what) + " (request " + log_id_of(r);
    if (const std::string_view trace = apache::trace_id_of(r); !trace.empty())
        (head += ", trace ") += trace;
    return head += ")";
}

void report_entry(request_rec *r, const Site &site, const std::string &entry, py::maybe exception) {
    write_entry(r, entry);
    set_client_page(r, site.phase, site.callable, entry, exception);
}

} // namespace

void report(request_rec *r, const char *code, const Site &site, std::string_view what, py::maybe exception) {
    const uninterrupted here;
    report_entry(r, site, entry_of(head_for(r, code, site, what), site, exception), exception);
}

int refuse_in_processes(request_rec *r, const Site &site, const char *processes) {
    report(r, code::stays_in_child, site,
           std::string("is not called: PyHookRunIn sends its place to the processes '") + processes +
               "', which run no handlers of WebSockets",
           {});
    return HTTP_INTERNAL_SERVER_ERROR;
}

void report_traceback(
    request_rec *r, const char *code, const Site &site, std::string_view what, std::string_view traceback) {
    const std::string separator = traceback.empty() ? "" : "\n";
    report_entry(r, site, apache::abridged(head_for(r, code, site, what) + separator + std::string(traceback)), {});
}

void report(conn_rec *c, const char *code, const Site &site, std::string_view what, py::maybe exception) {
    write_entry(c, entry(code, site, what, exception));
}

std::string report(server_rec *s, const char *code, const Site &site, std::string_view what, py::maybe exception) {
    std::string text = entry(code, site, what, exception);
    write_entry(s, text);
    return text;
}

void note(request_rec *r, const Site &site, std::string_view what) { write_note(r, site, what); }
void note(conn_rec *c, const Site &site, std::string_view what) { write_note(c, site, what); }

} // namespace pyhook
