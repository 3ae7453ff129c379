#include "wsgi/environ.h"

#include "apache/table.h"

#include "wsgi/latin1.h"

#include <charconv>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

/// The request as the rows of the table below use it. It has the answers that httpd may have to ask of Python, so
/// no row runs Python code.
struct Source {
    request_rec *r;
    std::string_view script_name;
    std::string_view path_info;
    const char *scheme;
    int port;
    mutable char digits[16] = {};

    const char *number(int value) const {
        *std::to_chars(digits, digits + sizeof(digits) - 1, value).ptr = '\0';
        return digits;
    }
};

/// The client's own request, before any redirect inside httpd.
const request_rec *original(const request_rec *r) {
    while (r->prev != nullptr || r->main != nullptr)
        r = r->prev != nullptr ? r->prev : r->main;
    return r;
}

bool says_https(request_rec *r) {
    const char *variable = apr_table_get(r->subprocess_env, "HTTPS");
    return variable != nullptr && (ap_cstr_casecmp(variable, "on") == 0 || strcmp(variable, "1") == 0);
}

} // namespace

/// If a proxy in front ends TLS, SetEnvIf X-Forwarded-Proto https HTTPS=on says so.
const char *scheme(request_rec *r) { return says_https(r) ? "https" : ap_http_scheme(r); }

namespace {

/// REDIRECT_URL, as CGI programs get it: the URL from which an ErrorDocument or another internal redirect comes.
const char *redirect_url(request_rec *r) {
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    if (r->prev == nullptr || core->qualify_redirect_url != AP_CORE_CONFIG_ON)
        return r->prev == nullptr ? nullptr : r->prev->uri;
    return ap_construct_url(r->pool, r->prev->uri, r->prev);
}

std::string_view text(const char *value) { return value == nullptr ? std::string_view() : std::string_view(value); }

struct Field {
    const char *key;
    std::string_view (*value)(const Source &);
};

// clang-format off
/// Fields that most requests have in common with the one before: the template holds them. A field that may hold a
/// secret is never here.
constexpr Field lasting[] = {
    {"REQUEST_METHOD",  [](const Source &from) { return text(from.r->method); }},
    {"REQUEST_SCHEME",  [](const Source &from) { return text(from.scheme); }},
    {"SCRIPT_NAME",     [](const Source &from) { return from.script_name; }},
    {"SERVER_NAME",     [](const Source &from) { return text(ap_get_server_name(from.r)); }},
    {"SERVER_PORT",     [](const Source &from) { return text(from.number(from.port)); }},
    {"SERVER_ADDR",     [](const Source &from) { return text(from.r->connection->local_ip); }},
    {"SERVER_PROTOCOL", [](const Source &from) { return text(from.r->protocol); }},
    {"REMOTE_ADDR",     [](const Source &from) { return text(from.r->useragent_ip); }},
    {"REMOTE_PORT",     [](const Source &from) { return text(from.number(from.r->useragent_addr->port)); }},
    {"wsgi.url_scheme", [](const Source &from) { return text(from.scheme); }},
};

/// Fields that each request fills in. If the view is null, the value of the template stays.
constexpr Field passing[] = {
    {"REQUEST_URI",  [](const Source &from) { return text(original(from.r)->unparsed_uri); }},
    {"QUERY_STRING", [](const Source &from) { return text(from.r->args); }},
    {"PATH_INFO",    [](const Source &from) { return from.path_info.empty() ? text(nullptr) : from.path_info; }},
    {"REMOTE_USER",  [](const Source &from) { return text(from.r->user); }},
    {"AUTH_TYPE",    [](const Source &from) { return text(from.r->ap_auth_type); }},
    {"REDIRECT_URL", [](const Source &from) { return text(redirect_url(from.r)); }},
    {"REDIRECT_QUERY_STRING", [](const Source &from) { return text(from.r->prev == nullptr ? nullptr : from.r->prev->args); }},
};
// clang-format on

py::ref interned(const char *name) { return py::check(PyUnicode_InternFromString(name)); }

void set(py::borrowed environ, const char *key, const py::ref &value) {
    py::check(PyDict_SetItem(environ, interned(key).get(), value.get()));
}

void set(py::borrowed environ, const char *key, const char *value) {
    if (value != nullptr)
        set(environ, key, from_latin1(value));
}

void set(py::borrowed environ, const py::ref &key, std::string_view value, Keep keep, py::ref &last) {
    if (keep == Keep::yes)
        py::check(PyDict_SetItem(environ, key.get(), from_latin1(value, last)));
    else
        py::check(PyDict_SetItem(environ, key.get(), from_latin1(value).get()));
}

/// Joins the lines of one header into one value (RFC 3875, 4.1.18; for cookies RFC 9113, 8.2.3).
void join(py::borrowed environ, const Name &name, std::string_view value) {
    const py::ref before = py::check(PyObject_GetItem(environ, name.key.get()));
    std::string all(*latin1(before));
    all.append(apache::same_name(name.name, "Cookie") ? "; " : ", ").append(value);
    py::check(PyDict_SetItem(environ, name.key.get(), from_latin1(all).get()));
}

void refresh(Template &known, const std::vector<py::ref> &keys, const Source &source) {
    for (std::size_t index = 0; index < std::size(lasting); ++index) {
        const std::string_view value = lasting[index].value(source);
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

Source source_of(const Given &given, request_rec *r) {
    const std::string_view uri = r->uri;
    const std::size_t script = apache::length_to(given.place, r);
    return {.r = r,
            .script_name = uri.substr(0, script),
            .path_info = uri.substr(script),
            .scheme = scheme(r),
            .port = ap_get_server_port(r)};
}

} // namespace

bool keeps_authorization(const request_rec *r) {
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    return r->ap_auth_type != nullptr && core->cgi_pass_auth != AP_CGI_PASS_AUTH_ON;
}

Environs::Environs(py::ref errors, py::borrowed file_wrapper)
    : errors_(std::move(errors)), file_wrapper_(py::ref::share(file_wrapper)), input_key_(interned("wsgi.input")),
      terminated_key_(interned("wsgi.input_terminated")), request_key_(interned("pyhook.request")) {
    for (const Field &field : lasting)
        lasting_keys_.push_back(interned(field.key));
    for (const Field &field : passing)
        passing_keys_.push_back(interned(field.key));
}

/// The template has every key that all requests have, so that filling in does not enlarge the copy.
Template &Environs::template_for(const Mount *mount, request_rec *r) {
    Template &known = templates_[{mount, r->server}];
    if (known.environ)
        return known;
    const py::ref made = py::check(PyDict_New());
    for (const char *key : {"REQUEST_URI", "QUERY_STRING", "PATH_INFO"})
        set(made, key, "");
    set(made, "GATEWAY_INTERFACE", "CGI/1.1");
    set(made, "SERVER_SOFTWARE", ap_get_server_banner());
    set(made, "SERVER_ADMIN", r->server->server_admin);
    set(made, "DOCUMENT_ROOT", ap_document_root(r));
    set(made, "SCRIPT_FILENAME", mount == nullptr ? nullptr : mount->application->file);
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
    known.values = std::vector<py::ref>(std::size(lasting));
    known.environ = py::ref::share(made);
    return known;
}

/// Adds the values of SetEnv and of other modules. They never replace what httpd or PEP 3333 defines.
void Environs::add_variables(py::borrowed environ, py::borrowed known, request_rec *r) {
    for (const auto &variable : apache::entries(r->subprocess_env)) {
        const std::string_view name = variable.key;
        if (name == "HTTP_PROXY" || name == "CONTENT_LENGTH" || name == "CONTENT_TYPE" || name.starts_with("wsgi."))
            continue;
        const py::ref key = from_latin1(name);
        if (py::check(PyDict_Contains(known, key.get())) == 0)
            py::check(PyDict_SetItem(environ, key.get(), from_latin1(text(variable.val)).get()));
    }
}

void Environs::add_headers(py::borrowed environ, const Given &given, request_rec *r) {
    ++requests_;
    for (const auto &header : apache::entries(r->headers_in)) {
        Name &name = names_.find(header.key);
        if (name.kind == Kind::none || (name.kind == Kind::authorization && keeps_authorization(r)) ||
            (name.kind == Kind::coding && given.length.received) ||
            (name.kind == Kind::content_length && !given.length.as_told))
            continue;
        if (std::exchange(name.request, requests_) == requests_ && name.kind == Kind::field)
            join(environ, name, text(header.val));
        else
            set(environ, name.key, text(header.val), name.keep, name.value);
    }
    if (given.length.received)
        set(environ, "CONTENT_LENGTH", std::to_string(*given.length.received).c_str());
    // If wsgi.input_terminated is set, Werkzeug ignores CONTENT_LENGTH, and does not notice that a body breaks off. If
    // the length is known, it is removed, so that Werkzeug answers 400 to a broken body.
    if (given.length.received || (given.length.as_told && apr_table_get(r->headers_in, "Content-Length") != nullptr))
        py::check(PyDict_DelItem(environ, terminated_key_.get()));
}

py::ref Environs::make(const Given &given) {
    request_rec *r = given.request.record();
    const Source source = source_of(given, r);
    const std::lock_guard guard(lock_);
    Template &known = template_for(given.mount, r);
    refresh(known, lasting_keys_, source);
    py::ref environ = py::check(PyDict_Copy(known.environ.get()));
    add_variables(environ, known.environ, r);
    for (std::size_t index = 0; index < std::size(passing); ++index) {
        const std::string_view value = passing[index].value(source);
        if (value.data() != nullptr)
            py::check(PyDict_SetItem(environ.get(), passing_keys_[index].get(), from_latin1(value).get()));
    }
    add_headers(environ, given, r);
    py::check(PyDict_SetItem(environ.get(), input_key_.get(), given.input.get()));
    py::check(PyDict_SetItem(environ.get(), request_key_.get(), &given.request));
    return environ;
}

} // namespace pyhook::wsgi
