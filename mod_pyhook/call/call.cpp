#include "call/call.h"

#include "py/attach.h"
#include "py/version.h"

#include "apache/log.h"
#include "apache/pool.h"
#include "apache/status.h"
#include "apache/table.h"

#include "call/codes.h"
#include "call/content.h"
#include "call/cure.h"
#include "call/resolved.h"
#include "call/wsgi_response.h"
#include "child/reload/edits.h"
#include "child/reload/reloading.h"

#include <limits>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

/// What is kept for one interpreter.
struct HookState {
    static constexpr Floor floor = Floor::hooks;

    ResolvedTargets targets;
    std::array<std::vector<Registered>, phase_count> registered;
};

std::string head_of(const char *code, const Site &site, std::string_view what) {
    return std::string(code) + ": " + site.phase + " " + site.callable + " " + std::string(what);
}

/// All lines of an entry, or as many as the log takes.
std::string entry_of(std::string head, const Site &site, py::maybe exception) {
    if (!exception)
        return head;
    for (const std::string &line : py::describe(*exception))
        head += "\n" + line;
    return apache::abridged(head + cure_for(*exception, site.phase, site.callable));
}

template <class Record> void write_entry(Record *record, const std::string &entry) {
    if (py::Interpreter::current() != nullptr)
        Counters::add(State::current().counters->errors, std::uint64_t{1});
    apache::log(APLOG_ERR, record, entry);
}

const char *log_id_of(request_rec *r) {
    if (r->log_id == nullptr)
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    return r->log_id == nullptr ? "-" : r->log_id;
}

/// PyHookDebug On: the client of a developer's server sees what the log holds.
void show_client(request_rec *r, const std::string &text) {
    const char *escaped = ap_escape_html(r->pool, text.c_str());
    ap_custom_response(r, HTTP_INTERNAL_SERVER_ERROR, apr_pstrcat(r->pool, "<pre>", escaped, "</pre>", nullptr));
}

} // namespace

namespace {

const char *not_usable(const char *code) {
    return std::string_view(code) == code::not_imported ? "can't be imported" : "can't be called";
}

ResolvedTargets &targets_of(State &state) { return state.kept<HookState>().targets; }

} // namespace

py::maybe find(State &state, const Target &target) {
    const Resolved &known = targets_of(state).resolved(target);
    return known.has_failed ? nullptr : known.callable.get();
}

py::maybe find_loaded(State &state, const Target &target) {
    const Resolved &known = targets_of(state).at(target);
    return known.is_known && !known.has_failed ? known.callable.get() : nullptr;
}

void load_early(State &state, const char *phase, const Target &target, server_rec *s) noexcept {
    try {
        resolve(state, target);
    } catch (const Unresolved &problem) {
        report(s, problem.code, {phase, target.spec}, not_usable(problem.code), problem.exception.get());
    }
}

py::borrowed resolve(State &state, const Target &target) {
    const Resolved &known = targets_of(state).resolved(target);
    if (known.has_failed)
        throw Unresolved{known.code, targets_of(state).exception_of(known)};
    return known.callable;
}

py::borrowed resolve(State &state, const Choice &choice) {
    if (choice.otherwise == nullptr)
        return resolve(state, *choice.preferred);
    const py::maybe preferred = find(state, *choice.preferred);
    return preferred ? *preferred : resolve(state, *choice.otherwise);
}

std::vector<const Target *> loaded_in(State &state) { return state.kept<HookState>().targets.loaded(); }

std::vector<py::ref> failures_in(State &state) { return state.kept<HookState>().targets.failures(); }

namespace {

template <class Record> void leave_as_forked(Record *record, const Site &site) noexcept {
    if (PyErr_Occurred() != nullptr && py::pending(PyExc_SystemExit))
        _exit(py::exit_status());
    apache::log(APLOG_ERR, record, std::string(code::forked) + ": a process forked by " + site.callable + " came back");
    _exit(1);
}

} // namespace

void leave_if_forked(request_rec *r, const Site &site) noexcept { leave_if_forked(r->connection, site); }

void leave_if_forked(conn_rec *c, const Site &site) noexcept {
    if (py::Runtime::forked())
        leave_as_forked(c, site);
}

void leave_if_forked(server_rec *s, const Site &site) noexcept {
    if (py::Runtime::forked())
        leave_as_forked(s, site);
}

void report(request_rec *r, const char *code, const Site &site, std::string_view what, py::maybe exception) {
    const std::string entry = entry_of(head_of(code, site, what) + " (request " + log_id_of(r) + ")", site, exception);
    if (exception && DirConfig::of(r->per_dir_config).debug.value)
        show_client(r, entry);
    write_entry(r, entry);
}

void report(conn_rec *c, const char *code, const Site &site, std::string_view what, py::maybe exception) {
    write_entry(c, entry_of(head_of(code, site, what), site, exception));
}

void report(server_rec *s, const char *code, const Site &site, std::string_view what, py::maybe exception) {
    write_entry(s, entry_of(head_of(code, site, what), site, exception));
}

int status_of(request_rec *r, const Site &site, const Unresolved &problem) {
    report(r, problem.code, site, not_usable(problem.code), problem.exception.get());
    return HTTP_INTERNAL_SERVER_ERROR;
}

namespace {

/// `raise HTTPError(403, "why", headers={...})`.
int status_of_http_error(request_rec *r, const Site &site, py::borrowed error) {
    const int status = py::from_python<int>(py::attribute(error, "status"));
    if (status < 300 || status > 599)
        py::raise(PyExc_ValueError, "an HTTPError has a status from 300 to 599, not %d", status);
    apache::name_status(r, status);
    const py::ref detail = py::attribute(error, "detail");
    if (detail.get() != Py_None)
        apache::log(APLOG_INFO, r,
                    std::string(site.phase) + " " + site.callable + " answers " + std::to_string(status) + ": " +
                        std::string(py::text(detail).view()));
    const py::ref headers = py::attribute(error, "headers");
    if (headers.get() != Py_None && PyObject_IsTrue(headers.get()) == 1) {
        const py::ref table = Request::of(State::current(), r)->table_object<Table::err_headers_out>();
        py::check(PyObject_CallMethod(table.get(), "update", "O", headers.get()));
    }
    return status;
}

} // namespace

int status_of_exception(request_rec *r, const Site &site, const char *code) {
    py::ref exception = py::take_exception();
    if (PyErr_GivenExceptionMatches(exception.get(), State::current().http_error.get()) != 0) {
        try {
            return status_of_http_error(r, site, exception);
        } catch (const py::error &) {
            exception = py::take_exception();
        }
    }
    const bool heard = r->connection->aborted == 0 && r->eos_sent == 0;
    if (!heard && PyErr_GivenExceptionMatches(exception.get(), PyExc_ConnectionError) != 0) {
        apache::log(APLOG_INFO, r,
                    std::string(site.phase) + " " + site.callable + ": the client has gone or has its answer");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    report(r, code, site, "raised", exception.get());
    return HTTP_INTERNAL_SERVER_ERROR;
}

void report_wrong_result(request_rec *r, const Site &site, py::borrowed result, const char *expected) {
    PyErr_Clear();
    const py::ref text = py::check(PyObject_Repr(result));
    const std::string what = "returned " + std::string(py::text(text).view().substr(0, 200)) + " of type " +
                             Py_TYPE(result)->tp_name + ": " + expected;
    report(r, code::wrong_result, site, what, {});
}

namespace {

bool is_status(const Phase &phase, long status) {
    const int least = makes_content(phase.result) ? 200 : 300;
    return status >= least && status < 600;
}

const char *expected_by(const Phase &phase) {
    return makes_content(phase.result) ? "expected None, OK, DECLINED, DONE, an HTTP status (200 to 599), bytes, str, "
                                         "an iterator of them or a WSGI response"
                                       : "expected None, OK, DECLINED, DONE or an HTTP status (300 to 599)";
}

/// So that Python does not warn of it, too.
void close_unawaited(py::borrowed result) {
    if (PyCoro_CheckExact(static_cast<PyObject *>(result)) &&
        !py::ref::steal(PyObject_CallMethod(result, "close", nullptr)))
        PyErr_Clear();
}

int wrong_result(Request &request, const Phase &phase, const Site &site, py::borrowed result) {
    const bool is_coroutine = PyCoro_CheckExact(static_cast<PyObject *>(result)) != 0;
    report_wrong_result(request.record(), site, result,
                        is_coroutine ? "only a content handler (PyHookHandler) may be async def" : expected_by(phase));
    close_unawaited(result);
    return HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

std::optional<int> number_of(py::borrowed result) noexcept {
    PyObject *number = result;
    if (!PyLong_Check(number) || PyBool_Check(number))
        return std::nullopt;
    int overflow = 0;
    const long value = PyLong_AsLongAndOverflow(number, &overflow);
    if (overflow != 0 || value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(value);
}

int status_of_result(Request &request, const Phase &phase, const Site &site, py::borrowed result, Transmission &body) {
    if (result == Py_None)
        return phase.result == Result::content ? OK : DECLINED;
    if (const std::optional<int> status = number_of(result)) {
        if (*status == OK || *status == DECLINED || *status == DONE)
            return *status;
        if (!is_status(phase, *status))
            return wrong_result(request, phase, site, result);
        if (*status >= 300) {
            apache::name_status(request.record(), *status);
            return *status;
        }
        request.set_status(*status);
        return OK;
    }
    if (makes_content(phase.result) && is_body(result))
        return send_body(request, site, result, body);
    if (makes_content(phase.result) && PyCallable_Check(result) != 0)
        return send_wsgi_response(request, site, result);
    return wrong_result(request, phase, site, result);
}

bool import_plugin(const Site &site, const char *module, server_rec *s) noexcept {
    try {
        const leaving_if_forked here(s, {site.phase, module});
        load_plugin(module);
        return true;
    } catch (const py::error &) {
        const py::ref exception = py::take_exception();
        report(s, code::import_failed, site,
               "can't be imported in interpreter '" + State::current().interpreter.name() + "'", exception.get());
        if (reloading_wanted())
            note_failure(exception);
        return false;
    }
}

namespace {

/// "module:name", or what repr says of a callable that has no name, such as functools.partial.
std::string name_of(py::borrowed callable) {
    if (PyObject_HasAttrString(callable, "__qualname__") == 0)
        return std::string(py::text(py::check(PyObject_Repr(callable))).view());
    const py::ref module = py::check(PyObject_Str(py::attribute(callable, "__module__").get()));
    const py::ref name = py::check(PyObject_Str(py::attribute(callable, "__qualname__").get()));
    return std::string(py::text(module).view()) + ":" + std::string(py::text(name).view());
}

} // namespace

Registered registered_from(py::borrowed callable) { return {py::ref::share(callable), name_of(callable)}; }

std::optional<std::bitset<phase_count>> take_registered(State &state, server_rec *s) noexcept {
    std::bitset<phase_count> taken;
    auto &kept = state.kept<HookState>();
    try {
        const py::ref registry = py::attribute(py::import("pyhook.hooks"), "registered");
        for (std::size_t index = 0; index < phase_count; ++index) {
            PyObject *known = PyDict_GetItemString(registry.get(), phases[index].name);
            const py::ref callables = py::check(known == nullptr ? PyTuple_New(0) : PySequence_Tuple(known));
            for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(callables.get()); ++at)
                kept.registered[index].push_back(registered_from(PyTuple_GET_ITEM(callables.get(), at)));
            taken[index] = !kept.registered[index].empty();
        }
    } catch (const py::error &) {
        report(s, code::import_failed, {"PyHookImport", "pyhook.hooks"}, "failed", py::take_exception().get());
        return std::nullopt;
    }
    return taken;
}

std::span<const Registered> registered_for(State &state, std::size_t phase) {
    return state.kept<HookState>().registered[phase];
}

} // namespace pyhook
