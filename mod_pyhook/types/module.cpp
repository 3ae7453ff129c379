#include "types/module.h"

#include "py/version.h"

#include "apache/log.h"

#include "types/answers.h"
#include "types/ending.h"
#include "types/filter.h"
#include "types/latin1_request.h"
#include "types/own_metrics.h"
#include "types/request.h"
#include "types/server.h"
#include "types/shared_dict.h"
#include "types/worker.h"

#include <iterator>

#include "py/poison.h"

namespace pyhook {

namespace {

/// Writes to the log of the request or connection that this thread serves, or else of the main server.
void log_here(int level, std::string_view text) {
    Request *request = serving::request();
    if (request != nullptr && !request->has_ended())
        apache::log(level, request->record(), text);
    else if (serving::connection() != nullptr)
        apache::log(level, serving::connection(), text);
    else
        apache::log(level, ap_server_conf, text);
}

State &state_of(py::borrowed module) { return **static_cast<State **>(PyModule_GetState(module)); }

void log(py::borrowed, py::text message, std::optional<py::text> level) { log_here(level_from(level), message); }

/// Python asks this before it makes a text that would not be logged.
bool is_logged(py::borrowed, py::text level) {
    const int wanted = level_from(std::optional<py::text>(std::move(level)));
    Request *request = serving::request();
    if (request != nullptr && !request->has_ended())
        return apache::logs(wanted, request->record());
    const conn_rec *c = serving::connection();
    const server_rec *s = c != nullptr ? c->base_server : ap_server_conf;
    return apache::logs(wanted, ap_get_server_module_loglevel(s, APLOG_MODULE_INDEX));
}

py::ref most_talkative_level(py::borrowed) {
    return py::to_python(apache::level_name(apache::most_talkative_level(ap_server_conf)));
}

bool when_call_ends(py::borrowed, py::ref function) { return serving::when_call_ends(function); }

py::ref current_request(py::borrowed) {
    Request *request = serving::request();
    return request == nullptr ? py::none() : py::ref::share(request);
}

py::ref interpreter_name(py::borrowed module) {
    return py::to_python(std::string_view(state_of(module).interpreter.name()));
}

py::ref main_server(py::borrowed module) { return Server::show(state_of(module), ap_server_conf); }
py::ref server_root(py::borrowed) { return py::to_python(ap_server_root); }
py::ref server_description(py::borrowed) { return py::to_python(ap_get_server_description()); }
py::ref mpm_name(py::borrowed) { return py::to_python(ap_show_mpm()); }
bool is_stopping(py::borrowed module) { return stopping() || state_of(module).is_replaced; }
bool exists_define(py::borrowed, py::c_text name) { return ap_exists_config_define(name.c_str()) != 0; }

int mpm_query(py::borrowed, int code) {
    int result = 0;
    if (ap_mpm_query(code, &result) != APR_SUCCESS)
        py::raise(PyExc_ValueError, "the MPM does not know query %d", code);
    return result;
}

py::ref environ(py::borrowed module, py::borrowed request) {
    if (Py_TYPE(static_cast<PyObject *>(request)) != state_of(module).request)
        py::raise(PyExc_TypeError, "environ() takes a request, not %.100s", Py_TYPE(request)->tp_name);
    auto &view = *static_cast<Request *>(static_cast<PyObject *>(request));
    view.check_usable();
    return view.state->environ_of(view);
}

/// Asks a function that another httpd module has offered.
py::ref ask(py::borrowed module, py::c_text name, py::borrowed record, std::optional<py::c_text> text) {
    const State &state = state_of(module);
    Answer *answer = find_answer(name.c_str());
    if (answer == nullptr)
        return py::none();
    PyObject *view = record;
    const char *words = text ? text->c_str() : "";
    if (Py_TYPE(view) == state.server)
        return py::to_python(answer(nullptr, static_cast<Server *>(view)->s, words));
    if (Py_TYPE(view) != state.request)
        py::raise(PyExc_TypeError, "_ask() takes a request or a server, not %.100s", Py_TYPE(view)->tp_name);
    auto &request = *static_cast<Request *>(view);
    request.check_usable();
    return py::to_python(answer(request.record(), request.record()->server, words));
}

PyMethodDef functions[] = {
    py::method<
        &ask,
        "_ask(name, record, text='')",
        "What a function that another httpd module offers says of a request or a server; None if it is not there.">(),
    py::method<&change_metric,
               "_change_metric(key, family, amount, replaces)",
               "Add to a number of pyhook.metrics, or replace it. Raises RuntimeError if there is no room for it.">(),
    py::method<&define_metric,
               "_define_metric(family, documentation)",
               "Make a metric of pyhook.metrics. Raises RuntimeError if there is no room for it.">(),
    py::method<&environ,
               "environ(request)",
               "A new WSGI environ (PEP 3333) of a request, for libraries that take one.">(),
    py::method<&log, "log(message, level='info')", "Write to the error log, as part of the current request if any.">(),
    py::method<&is_logged, "is_logged(level)", "Would a message of this level be written here?">(),
    py::method<&most_talkative_level,
               "_most_talkative_level()",
               "What the most talkative LogLevel of any server or section gives this module.">(),
    py::method<&when_call_ends,
               "_when_call_ends(function)",
               "Call it when the callable that httpd called has returned; false where none was called.">(),
    py::method<&current_request, "current_request()", "The request this thread is serving, or None.">(),
    py::method<&interpreter_name, "interpreter_name()", "The name of this interpreter; 'main' by default.">(),
    py::method<&main_server, "main_server()", "The main server (Server); the others follow by .next.">(),
    py::method<&server_root, "server_root()", "ServerRoot.">(),
    py::method<&server_description, "server_description()", "What the Server header says when ServerTokens is Full.">(),
    py::method<&mpm_name, "mpm_name()", "The multi-processing module: 'event', 'worker' or 'prefork'.">(),
    py::method<&mpm_query, "mpm_query(code)", "ap_mpm_query with one of the AP_MPMQ_ codes. Raises ValueError.">(),
    py::method<&exists_define, "exists_define(name)", "Was `name` given with -D or Define?">(),
    py::method<&is_stopping, "is_stopping()", "Has this child been told to end?">(),
    {},
};

void add_types(State &state, py::borrowed module) {
    add_headers_type(state, module);
    add_server_type(state, module);
    add_connection_type(state, module);
    add_request_type(state, module);
    add_latin1_request_type(module);
    add_shared_dict_type(state, module);
    add_filter_type(state, module);
    add_worker_type(state, module);
}

void add_constants(py::borrowed module) {
    py::check(PyModule_AddIntConstant(module, "OK", OK));
    py::check(PyModule_AddIntConstant(module, "DECLINED", DECLINED));
    py::check(PyModule_AddIntConstant(module, "DONE", DONE));
}

int execute(PyObject *module) noexcept {
    return py::guarded(-1, [&] {
        py::Interpreter *interpreter = py::Interpreter::current();
        if (interpreter == nullptr || !interpreter->is_attached())
            py::raise(PyExc_ImportError, "_pyhook serves httpd's own interpreters only");
        auto state = std::make_unique<State>(*interpreter);
        State &made = *state;
        *static_cast<State **>(PyModule_GetState(module)) = state.release();
        interpreter->state = &made;
        add_types(made, module);
        add_constants(module);
        return 0;
    });
}

/// The module does not own the interpreter's state, which lives longer than the interpreter's objects.
void release(void *module) noexcept {
    const State *state = *static_cast<State **>(PyModule_GetState(static_cast<PyObject *>(module)));
    if (state != nullptr && state->interpreter.state != state)
        delete state;
}

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "_pyhook",
                          "httpd's records, as pyhook re-exports them.",
                          sizeof(State *),
                          functions,
                          nullptr,
                          nullptr,
                          nullptr,
                          &release};

PyObject *initialise() noexcept {
    static PyModuleDef_Slot slots[1 + std::size(py::version::module_slots_end)];
    slots[0] = {Py_mod_exec, reinterpret_cast<void *>(&execute)};
    std::copy(std::begin(py::version::module_slots_end), std::end(py::version::module_slots_end), slots + 1);
    definition.m_slots = slots;
    return PyModuleDef_Init(&definition);
}

py::ref tuple_of(std::span<const char *const> names) {
    py::ref tuple = py::check(PyTuple_New(static_cast<Py_ssize_t>(names.size())));
    for (std::size_t index = 0; index < names.size(); ++index)
        PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(index), py::to_python(names[index]).release());
    return tuple;
}

} // namespace

void offer_module() {
    if (PyImport_AppendInittab("_pyhook", &initialise) != 0)
        throw std::bad_alloc();
}

State &
install_module(py::Interpreter &interpreter, std::span<const char *const> phases, std::span<const SharedPlace> shared) {
    const py::ref module = py::import("_pyhook");
    py::check(PyModule_AddObjectRef(module.get(), "phases", tuple_of(phases).get()));
    State &state = State::of(interpreter);
    const py::ref dicts = py::check(PyDict_New());
    for (const SharedPlace &place : shared)
        py::check(PyDict_SetItemString(dicts.get(), place.name, SharedDict::show(state, place).get()));
    py::check(PyModule_AddObjectRef(module.get(), "shared", dicts.get()));
    const py::ref errors = py::import("pyhook.errors");
    state.http_error = py::attribute(errors, "HTTPError");
    state.body_error = py::attribute(errors, "BodyError");
    state.request_ended = py::attribute(errors, "RequestEnded");
    state.shared_full = py::attribute(errors, "SharedFull");
    state.shared_away = py::attribute(errors, "SharedAway");
    state.request_timeout = py::attribute(errors, "RequestTimeout");
    state.namespace_type = py::attribute(py::import("types"), "SimpleNamespace");
    state.line_that_ignores = py::attribute(py::import("pyhook.filters"), "line_that_ignores");
    return state;
}

} // namespace pyhook
