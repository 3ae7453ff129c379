#include "py/attach.h"

#include "apache/framing.h"
#include "apache/log.h"
#include "apache/pool.h"
#include "apache/response.h"
#include "apache/table.h"

#include "types/adding.h"
#include "types/request.h"
#include "types/server.h"
#include "types/waiting.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

namespace {

/// While this exists, the fields that httpd's functions take for granted are not null. There is no file before
/// translate_name, and no URI if the request could not be read.
class filled {
public:
    explicit filled(request_rec *r) noexcept : r_(r), none_(apache::copy(r->pool, "")) { // a table may keep it
        replace(nullptr, none_);
    }
    filled(const filled &) = delete;
    filled &operator=(const filled &) = delete;
    ~filled() { replace(none_, nullptr); }

private:
    void replace(const char *from, char *to) noexcept {
        for (auto member : {&request_rec::filename, &request_rec::uri, &request_rec::protocol})
            if (r_->*member == from)
                r_->*member = to;
    }

    request_rec *r_;
    char *none_;
};

/// A chain of filters gets from httpd only one that takes the end of a sub-request away. The end of a nested one would
/// end the filters of the outer sub-request too.
void take_end_away(request_rec *r) {
    constexpr const char *name = "SUBREQ_CORE";
    const auto takes = [r](const ap_filter_t *f) { return f->r == r && strcasecmp(f->frec->name, name) == 0; };
    const ap_filter_t *f = r->output_filters;
    while (f != nullptr && !takes(f))
        f = f->next;
    if (f == nullptr && r->main != nullptr)
        ap_add_output_filter(name, nullptr, r, r->connection);
}

/// Refuses line ends, because the query of a URI may be copied into a Location header.
const char *target_from(request_rec *r, const py::c_text &uri) {
    if (!apache::is_field_value(uri))
        py::raise(PyExc_ValueError, "a URI can't contain CR or LF");
    return apache::copy(r->pool, uri);
}

} // namespace

void Request::check_does_not_wait(const request_rec *main, const char *consequence) {
    if (waits(main))
        py::raise(PyExc_RuntimeError,
                  "the main request waits for this sub-request, which another module runs or which is still looked up: "
                  "%s",
                  consequence);
}

void Request::internal_redirect(py::c_text uri) {
    check_may_send(record());
    request_rec *r = record();
    take_end_away(r);
    if (r->sent_bodyct != 0 || (r->main == nullptr && apache::has_begun(r)))
        py::raise(PyExc_RuntimeError, "the response has begun: a redirect comes before it");
    if (r->next != nullptr)
        py::raise(PyExc_RuntimeError, "this request was redirected already: redirect the last of `next`");
    const char *target = target_from(r, uri);
    give_body_back();
    py::while_detached([=] { ap_internal_redirect(target, r); });
}

/// mod_http2 holds a lock of the whole connection while it ends a stream's request. A look-up asks for the same lock
/// and would wait for ever. A sub-request runs callables, which may send something: from its own record they can't see
/// that the response is complete, but its framing tells.
void Request::check_may_look_up() const {
    if (record()->connection->master != nullptr && is_complete())
        py::raise(PyExc_RuntimeError, "a stream of HTTP/2 can't look anything up once its response is complete");
    keep_framing(record());
}

py::ref Request::show_sub_request(request_rec *sub) const {
    Request *view = of(*state, sub);
    view->looked_up = true;
    note_looked_up(sub);
    return py::ref::share(view);
}

py::ref Request::lookup_uri(py::c_text uri, std::optional<py::c_text> method) {
    request_rec *r = record();
    if (method && !apache::is_token(*method))
        py::raise(PyExc_ValueError, "a method's name is a token (RFC 9110, 5.6.2)");
    check_may_look_up();
    if (r->uri == nullptr)
        py::raise(PyExc_RuntimeError, "the request has no URI: it could not be read");
    const char *target = target_from(r, uri);
    const char *verb = method ? apache::copy(r->pool, *method) : "GET";
    return show_sub_request(
        py::while_detached([=] { return ap_sub_req_method_uri(verb, target, r, r->output_filters); }));
}

py::ref Request::lookup_file(py::c_text path) {
    request_rec *r = record();
    check_may_look_up();
    if (r->filename == nullptr)
        py::raise(PyExc_RuntimeError, "the request has no file name yet: look files up from map_to_storage on");
    const char *target = apache::copy(r->pool, path);
    return show_sub_request(py::while_detached([=] { return ap_sub_req_lookup_file(target, r, r->output_filters); }));
}

/// Python may not run or end a sub-request that another module has made.
void Request::check_looked_up(const char *what) const {
    if (!looked_up)
        py::raise(PyExc_ValueError, "only a sub-request, from lookup_uri or lookup_file, can be %s", what);
}

int Request::run() {
    check_looked_up("run");
    if (has_run)
        py::raise(PyExc_RuntimeError, "this sub-request has run: look it up anew");
    check_may_send(record()->main);
    has_run = true;
    request_rec *r = record();
    take_end_away(r);
    if (r->status != HTTP_OK) // the look-up refused it: to run it would serve what may not be served
        return r->status;
    return py::while_detached([r] {
        // Sends what the main request has written so far, because the sub-request's output would overtake it in its
        // buffer.
        apache::pass(r->main, {}, apache::Then::more);
        return ap_run_sub_req(r);
    });
}

void Request::destroy() {
    check_looked_up("destroyed");
    if (keeping::is_needed(record()->pool))
        py::raise(PyExc_RuntimeError,
                  "this sub-request is in use, or another one that hangs on it: it can't be destroyed");
    py::while_detached([r = record()] { ap_destroy_sub_req(r); });
}

void Request::add_input_filter(py::c_text name) {
    add_filter(Direction::input, name.c_str(), record(), record()->connection);
}

void Request::add_output_filter(py::c_text name) {
    add_filter(Direction::output, name.c_str(), record(), record()->connection);
}

void Request::add_cleanup(py::borrowed callable, py::borrowed arguments) {
    if (PyCallable_Check(callable) == 0)
        py::raise(PyExc_TypeError, "a cleanup is a callable, not %.100s", Py_TYPE(callable)->tp_name);
    if (cleanups == nullptr)
        py::store(cleanups, py::check(PyList_New(0)));
    const py::ref entry =
        py::check(PyTuple_Pack(2, static_cast<PyObject *>(callable), static_cast<PyObject *>(arguments)));
    py::check(PyList_Append(cleanups, entry.get()));
}

void Request::add_common_vars() {
    const filled whole(record());
    py::while_detached([r = record()] { ap_add_common_vars(r); });
}

void Request::add_cgi_vars() {
    request_rec *r = record();
    if (r->path_info != nullptr && *r->path_info != '\0') // for PATH_TRANSLATED
        check_may_look_up();
    const filled whole(r);
    py::while_detached([r] { ap_add_cgi_vars(r); });
}

py::ref Request::construct_url(py::c_text uri) {
    request_rec *r = record();
    return py::to_python(static_cast<const char *>(ap_construct_url(r->pool, uri.c_str(), r)));
}

void Request::note_auth_failure() {
    asked_once(asked_for_login, "note_auth_failure()", [r = record()] {
        ap_note_auth_failure(r);
        return true;
    });
}

namespace {

/// May the expression contain an operator that makes a sub-request?
bool looks_up(std::string_view expression) {
    constexpr std::string_view separators = " \t\r\n\"'";
    for (std::string_view word : {"-U", "-A", "-F"})
        for (std::size_t at = expression.find(word); at != expression.npos; at = expression.find(word, at + 1))
            if (at + 2 < expression.size() && separators.find(expression[at + 2]) != separators.npos)
                return true;
    return false;
}

/// Parses at each call, because httpd has no cache and parsing is cheap.
ap_expr_info_t *parse(request_rec *r, std::string_view text, unsigned flags) {
    auto *expression = static_cast<ap_expr_info_t *>(apr_pcalloc(r->pool, sizeof(ap_expr_info_t)));
    expression->filename = "a Python expression";
    expression->flags = flags;
    expression->module_index = APLOG_MODULE_INDEX;
    const char *problem = ap_expr_parse(r->pool, r->pool, expression, apache::copy(r->pool, text), nullptr);
    if (problem != nullptr)
        py::raise(PyExc_ValueError, "%s", problem);
    return expression;
}

} // namespace

bool Request::expr(py::c_text expression) {
    request_rec *r = record();
    if (looks_up(expression))
        check_may_look_up();
    ap_expr_info_t *parsed = parse(r, expression, 0);
    const filled whole(r);
    const char *problem = nullptr;
    const int result = py::while_detached([&] { return ap_expr_exec(r, parsed, &problem); });
    if (result < 0 || problem != nullptr)
        py::raise(PyExc_ValueError, "%s", problem == nullptr ? "the expression failed" : problem);
    return result > 0;
}

py::ref Request::expr_string(py::c_text expression) {
    request_rec *r = record();
    if (looks_up(expression))
        check_may_look_up();
    ap_expr_info_t *parsed = parse(r, expression, AP_EXPR_FLAG_STRING_RESULT);
    const filled whole(r);
    const char *problem = nullptr;
    const char *result = py::while_detached([&] { return ap_expr_str_exec(r, parsed, &problem); });
    if (problem != nullptr)
        py::raise(PyExc_ValueError, "%s", problem);
    return py::to_python(result);
}

py::ref Request::ssl_var(py::c_text name) const {
    request_rec *r = record();
    return ssl_variable(r->pool, r->connection, r, name);
}

void Request::log(py::text message, std::optional<py::text> level) const {
    apache::log(level_from(level), record(), message);
}

namespace {

/// add_cleanup(callable, *args) is the one method with a variable number of arguments.
PyObject *add_cleanup(PyObject *self, PyObject *const *given, Py_ssize_t count) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        auto &request = *static_cast<Request *>(self);
        request.check_usable();
        if (count < 1)
            py::raise(PyExc_TypeError, "add_cleanup() misses a callable");
        const py::ref arguments = py::check(PyTuple_New(count - 1));
        for (Py_ssize_t index = 1; index < count; ++index)
            PyTuple_SET_ITEM(arguments.get(), index - 1, Py_NewRef(given[index]));
        request.add_cleanup(given[0], arguments);
        return py::none().release();
    });
}

} // namespace

std::span<PyMethodDef> request_elsewhere_methods() {
    static PyMethodDef rows[] = {
        py::method<&Request::internal_redirect, "internal_redirect(uri)",
                   "Answer with another URL of this server, as if the client had asked for it.">(),
        py::method<&Request::lookup_uri, "lookup_uri(uri, method='GET')",
                   "A sub-request for `uri`: mapped to a file and checked for access, not run yet.">(),
        py::method<&Request::lookup_file, "lookup_file(path)", "A sub-request for a file.">(),
        py::method<&Request::run, "run()",
                   "Run this sub-request: its body goes into the main response. Gives a status.">(),
        py::method<&Request::destroy, "destroy()", "End this sub-request now rather than with the main one.">(),
        py::method<&Request::add_input_filter, "add_input_filter(name)", "Add a filter to the request's input.">(),
        py::method<&Request::add_output_filter, "add_output_filter(name)", "Add a filter to the response.">(),
        {"add_cleanup", py::detail::function_cast<PyCFunction>(&add_cleanup), METH_FASTCALL,
         "add_cleanup($self, callable, /, *args)\n--\n\nCall callable(*args) when the request ends, after logging."},
        py::method<&Request::add_common_vars, "add_common_vars()",
                   "Fill subprocess_env with the CGI variables of the server.">(),
        py::method<&Request::add_cgi_vars, "add_cgi_vars()",
                   "Fill subprocess_env with the CGI variables of the request.">(),
        py::method<&Request::construct_url, "construct_url(uri)", "The absolute URL of a path of this server.">(),
        py::method<&Request::note_auth_failure, "note_auth_failure()",
                   "Set WWW-Authenticate as AuthType asks; return 401 afterwards.">(),
        py::method<&Request::expr, "expr(expression)",
                   "Is httpd's expression true for this request? Raises ValueError.">(),
        py::method<&Request::expr_string, "expr_string(expression)", "The value of httpd's string expression.">(),
        py::method<&Request::ssl_var, "ssl_var(name)",
                   "A variable of the TLS module, SSL_PROTOCOL for example, or None.">(),
        py::method<&Request::log, "log(message, level='info')", "Write to the error log as part of this request.">(),
    };
    return rows;
}

} // namespace pyhook
