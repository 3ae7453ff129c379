#include "wsgi/environ.h"

#include "apache/table.h"

#include "wsgi/latin1.h"

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

py::ref interned(const char *name) { return py::check(PyUnicode_InternFromString(name)); }

void set(py::borrowed environ, const char *key, const py::ref &value) {
    py::check(PyDict_SetItem(environ, interned(key).get(), value.get()));
}

void set(py::borrowed environ, const char *key, std::string_view value) {
    if (value.data() != nullptr)
        set(environ, key, from_latin1(value));
}

void set(py::borrowed environ, const py::ref &key, std::string_view value, Keep keep, py::ref &last) {
    if (keep == Keep::yes)
        py::check(PyDict_SetItem(environ, key.get(), from_latin1(value, last)));
    else
        py::check(PyDict_SetItem(environ, key.get(), from_latin1(value).get()));
}

/// Joins the lines of one header into one value.
void join(py::borrowed environ, const Name &name, std::string_view value) {
    const py::ref before = py::check(PyObject_GetItem(environ, name.key.get()));
    std::string all(*latin1(before));
    all.append(gateway::joint(name.name)).append(value);
    py::check(PyDict_SetItem(environ, name.key.get(), from_latin1(all).get()));
}

void refresh(Template &known, const std::vector<py::ref> &keys, const gateway::Source &source) {
    for (std::size_t index = 0; index < std::size(gateway::lasting); ++index) {
        const std::string_view value = gateway::lasting[index].value(source);
        py::ref &last = known.values[index];
        if (last && latin1(last) == value)
            continue;
        py::ref now = from_latin1(value);
        py::check(PyDict_SetItem(known.environ.get(), keys[index].get(), now.get()));
        last = std::move(now);
    }
}

bool mpm_says(int code, int least) {
    int answer = 0;
    return ap_mpm_query(code, &answer) == APR_SUCCESS && answer >= least;
}

} // namespace

Environs::Environs(py::ref errors, py::borrowed file_wrapper)
    : errors_(std::move(errors)), file_wrapper_(py::ref::share(file_wrapper)), input_key_(interned("wsgi.input")),
      terminated_key_(interned("wsgi.input_terminated")), request_key_(interned("pyhook.request")) {
    for (const gateway::Variable &field : gateway::lasting)
        lasting_keys_.push_back(interned(field.key));
    for (const gateway::Variable &field : gateway::passing)
        passing_keys_.push_back(interned(field.key));
}

/// The template has every key that all requests have, so that filling in does not enlarge the copy.
Template &Environs::template_for(const Mount *mount, const gateway::Source &source) {
    Template &known = templates_[{mount, source.r->server}];
    if (known.environ)
        return known;
    const py::ref made = py::check(PyDict_New());
    for (const char *key : gateway::empty)
        set(made, key, "");
    for (const gateway::Variable &variable : gateway::common)
        set(made, variable.key, variable.value(source));
    set(made, "SCRIPT_FILENAME", gateway::text(mount == nullptr ? nullptr : mount->application->file));
    set(made, "wsgi.version", py::check(Py_BuildValue("(ii)", 1, 0)));
    set(made, "wsgi.multithread", py::to_python(mpm_says(AP_MPMQ_MAX_THREADS, 2)));
    set(made, "wsgi.multiprocess", py::to_python(mpm_says(AP_MPMQ_HARD_LIMIT_DAEMONS, 2)));
    set(made, "wsgi.run_once", py::to_python(false));
    set(made, "wsgi.input_terminated", py::to_python(true));
    set(made, "wsgi.errors", errors_);
    set(made, "wsgi.file_wrapper", file_wrapper_);
    py::check(PyDict_SetItem(made.get(), input_key_.get(), Py_None));
    py::check(PyDict_SetItem(made.get(), request_key_.get(), Py_None));
    // Making the template may have run Python code, even a request for the same mount. The values of that request are
    // in a dict that is replaced here, so they are forgotten.
    known.values = std::vector<py::ref>(std::size(gateway::lasting));
    known.environ = py::ref::share(made);
    return known;
}

/// Adds the values of SetEnv and of other modules. They never replace what httpd or PEP 3333 defines.
void Environs::add_variables(py::borrowed environ, py::borrowed known, request_rec *r) {
    for (const auto &variable : apache::entries(r->subprocess_env)) {
        const std::string_view name = variable.key;
        if (gateway::is_reserved(name))
            continue;
        const py::ref key = from_latin1(name);
        if (py::check(PyDict_Contains(known, key.get())) == 0)
            py::check(PyDict_SetItem(environ, key.get(), from_latin1(gateway::text(variable.val)).get()));
    }
}

void Environs::add_headers(py::borrowed environ, const Given &given, request_rec *r) {
    ++requests_;
    for (const auto &header : apache::entries(r->headers_in)) {
        Name &name = names_.find(header.key);
        if (!gateway::is_shown(name.kind, r, given.length))
            continue;
        if (std::exchange(name.request, requests_) == requests_ && name.kind == gateway::Kind::field)
            join(environ, name, gateway::text(header.val));
        else
            set(environ, name.key, gateway::text(header.val), name.keep, name.value);
    }
    if (given.length.received)
        set(environ, "CONTENT_LENGTH", std::to_string(*given.length.received));
    if (given.length.is_known(r))
        py::check(PyDict_DelItem(environ, terminated_key_.get()));
}

py::ref Environs::make(const Given &given) {
    request_rec *r = given.request.record();
    const gateway::Source source(r, given.place);
    const std::lock_guard guard(lock_);
    Template &known = template_for(given.mount, source);
    refresh(known, lasting_keys_, source);
    py::ref environ = py::check(PyDict_Copy(known.environ.get()));
    add_variables(environ, known.environ, r);
    for (std::size_t index = 0; index < std::size(gateway::passing); ++index) {
        const std::string_view value = gateway::passing[index].value(source);
        if (value.data() != nullptr)
            py::check(PyDict_SetItem(environ.get(), passing_keys_[index].get(), from_latin1(value).get()));
    }
    add_headers(environ, given, r);
    py::check(PyDict_SetItem(environ.get(), input_key_.get(), given.input.get()));
    py::check(PyDict_SetItem(environ.get(), request_key_.get(), &given.request));
    return environ;
}

} // namespace pyhook::wsgi
