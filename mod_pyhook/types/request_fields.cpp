#include "py/attach.h"

#include "apache/error_page.h"
#include "apache/log.h"
#include "apache/trace.h"

#include "types/field.h"
#include "types/request.h"
#include "types/server.h"

#include "py/poison.h"

namespace pyhook {

namespace {

/// A header value that Python sets outside the tables obeys the rule of the tables.
char *field_value(request_rec *r, const std::optional<py::c_text> &value) {
    if (!value)
        return nullptr;
    if (!apache::is_field_value(*value))
        py::raise(PyExc_ValueError, "a header's value can't contain CR, LF or NUL");
    return apache::copy(r->pool, *value);
}

/// httpd takes credentials without a colon (RFC 7617, 2) for a user with an empty password.
bool has_colon(const request_rec *r) {
    const bool to_proxy = r->proxyreq == PROXYREQ_PROXY;
    const char *line = apr_table_get(r->headers_in, to_proxy ? "Proxy-Authorization" : "Authorization");
    ap_getword_white(r->pool, &line);
    return strchr(ap_pbase64decode(r->pool, line), ':') != nullptr;
}

py::ref basic_auth(const request_rec *r, bool want_password) {
    const char *user = nullptr;
    const char *password = nullptr;
    if (ap_get_basic_auth_components(r, &user, &password) != APR_SUCCESS || !has_colon(r))
        return py::none();
    return py::to_python(want_password ? password : user);
}

} // namespace

apr_time_t time_from(double seconds) {
    constexpr double farthest = 9e12; // the largest number of seconds whose microseconds APR can hold
    if (!(seconds > -farthest && seconds < farthest))
        py::raise(PyExc_ValueError, "a time is a number of seconds since the epoch");
    return static_cast<apr_time_t>(seconds * APR_USEC_PER_SEC);
}

std::vector<py::c_text> texts_from(py::borrowed iterable) {
    if (PyUnicode_Check(static_cast<PyObject *>(iterable)))
        py::raise(PyExc_TypeError, "expected a list of str, not a str");
    const py::ref given = py::check(PySequence_Fast(iterable, "expected a list of str"));
    const py::ref items = py::check(PySequence_Tuple(given.get())); // another thread may change a list meanwhile
    std::vector<py::c_text> texts;
    for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(items.get()); ++index)
        texts.emplace_back(PyTuple_GET_ITEM(items.get(), index));
    return texts;
}

const char *Request::args() const { return record()->args; }

/// The value is checked, because another module's redirect may copy it into Location.
void Request::set_args(std::optional<py::c_text> args) { record()->args = field_value(record(), args); }

std::string_view Request::path_below() const {
    const request_rec *r = record();
    if (r->uri == nullptr) // httpd could not read the request line
        return "";
    return std::string_view(r->uri).substr(place == nullptr ? 0 : apache::length_to(*place, r));
}

/// httpd sets its own field only when it sends the response, and to a part of the header.
const char *Request::range() const { return apr_table_get(record()->headers_in, "Range"); }

/// httpd also counts the bytes that it does not send to HEAD.
apr_off_t Request::bytes_sent() const { return header_only() ? 0 : record()->bytes_sent; }

const char *Request::handler() const { return record()->handler; }

/// Every handler compares the name, so it may not be null once handlers can run.
void Request::set_handler(std::optional<py::c_text> name) {
    if (!name &&
        ((phase != nullptr && strcmp(phase, "handler") == 0) || filtering::runs(connection, Direction::output)))
        py::raise(PyExc_ValueError, "the handler is running: give the name of another one");
    record()->handler = name ? apache::copy(record()->pool, *name) : nullptr;
}

std::string_view Request::file_type() const { return apache::name_of(record()->finfo.filetype); }

apr_off_t Request::file_size() const { return record()->finfo.filetype == APR_NOFILE ? 0 : record()->finfo.size; }
const char *Request::document_root() const { return ap_document_root(record()); }
const char *Request::context_prefix() const { return ap_context_prefix(record()); }
const char *Request::context_document_root() const { return ap_context_document_root(record()); }
const char *Request::auth_name() const { return ap_auth_name(record()); }

/// httpd asks the authorization providers what they say to a request without a user. A user who is logged in must not
/// change the answer, so the field is empty meanwhile.
bool Request::some_auth_required() const {
    return asked_once(asked_for_access, "some_auth_required", [r = record()] {
        char *user = std::exchange(r->user, nullptr);
        const bool required = ap_some_authn_required(r) != 0;
        r->user = user;
        return required;
    });
}

py::ref Request::basic_auth_user() const { return basic_auth(record(), false); }
py::ref Request::basic_auth_password() const { return basic_auth(record(), true); }
int Request::useragent_port() const { return record()->useragent_addr->port; }
bool Request::header_only() const { return record()->header_only != 0; }

const char *Request::remote_host() const {
    return py::while_detached([r = record()] { return ap_get_useragent_host(r, REMOTE_HOST, nullptr); });
}

int Request::status() const { return record()->status; }

void Request::set_status(int status) {
    if (status < 200 || status > 599)
        py::raise(PyExc_ValueError, "%d is no status of a final response (200 to 599)", status);
    record()->status = status;
    record()->status_line = nullptr; // httpd would send it instead of the number
    apache::name_status(record(), status);
}

const char *Request::status_line() const { return record()->status_line; }
void Request::set_status_line(std::optional<py::c_text> line) { record()->status_line = field_value(record(), line); }
const char *Request::content_type() const { return record()->content_type; }

void Request::set_content_type(std::optional<py::c_text> type) {
    ap_set_content_type(record(), field_value(record(), type));
}

const char *Request::content_encoding() const { return record()->content_encoding; }

void Request::set_content_encoding(std::optional<py::c_text> encoding) {
    record()->content_encoding = field_value(record(), encoding);
}

py::ref Request::content_languages() const {
    py::ref list = py::check(PyList_New(0));
    const apr_array_header_t *languages = record()->content_languages;
    for (int index = 0; languages != nullptr && index < languages->nelts; ++index)
        py::check(PyList_Append(list.get(), py::to_python(APR_ARRAY_IDX(languages, index, const char *)).get()));
    return list;
}

void Request::set_content_languages(py::ref languages) {
    request_rec *r = record();
    apr_array_header_t *array = apr_array_make(r->pool, 2, sizeof(const char *));
    for (py::c_text &language : texts_from(languages))
        APR_ARRAY_PUSH(array, const char *) = field_value(r, std::move(language));
    r->content_languages = array;
}

double Request::mtime() const { return seconds(record()->mtime); }
void Request::set_mtime(double value) { record()->mtime = time_from(value); }
bool Request::no_cache() const { return record()->no_cache != 0; }
void Request::set_no_cache(bool value) { record()->no_cache = value; }
bool Request::no_local_copy() const { return record()->no_local_copy != 0; }
void Request::set_no_local_copy(bool value) { record()->no_local_copy = value; }
double Request::request_time() const { return seconds(record()->request_time); }

const char *Request::log_id() const {
    if (record()->log_id == nullptr) // httpd makes it when the first log line needs it
        ap_run_generate_log_id(record()->connection, record(), &record()->log_id);
    return record()->log_id;
}

const char *Request::current_phase() const { return phase; }
std::string_view Request::interpreter() const { return state->interpreter.name(); }
bool Request::is_initial() const { return ap_is_initial_req(record()) != 0; }
bool Request::is_https() const { return ap_ssl_conn_is_ssl(record()->connection) != 0; }
const char *Request::server_name() const { return ap_get_server_name(record()); }
int Request::port() const { return ap_get_server_port(record()); }
apr_off_t Request::limit_request_body() const { return ap_get_limit_req_body(record()); }

py::ref Request::other(request_rec *r) const { return r == nullptr ? py::none() : py::ref::share(of(*state, r)); }
py::ref Request::main_request() const { return other(record()->main); }
py::ref Request::prev_request() const { return other(record()->prev); }
py::ref Request::next_request() const { return other(record()->next); }
py::ref Request::connection_object() const { return py::ref::share(Connection::of(*state, record()->connection)); }
py::ref Request::server() const { return Server::show(*state, record()->server); }

py::ref Request::table_view(Table table) {
    struct Row {
        apr_table_t *request_rec::*member;
        Content content;
    };
    static constexpr Row rows[] = {
        {&request_rec::headers_in, Content::request},
        {&request_rec::headers_out, Content::response},
        {&request_rec::err_headers_out, Content::always},
        {&request_rec::trailers_in, Content::fields},
        {&request_rec::trailers_out, Content::always},
        {&request_rec::subprocess_env, Content::anything},
        {&request_rec::notes, Content::notes},
    };
    const auto index = static_cast<std::size_t>(table);
    request_rec *r = record();
    shows_tables = true;
    if (tables[index] == nullptr)
        tables[index] = Headers::show(*state, r, &(r->*rows[index].member), rows[index].content);
    return py::ref::share(tables[index]);
}

py::ref Request::options() const { return state->options_of(record()->per_dir_config); }

py::ref Request::namespace_object() {
    if (namespace_ == nullptr)
        py::store(namespace_, py::call(state->namespace_type));
    return py::ref::share(namespace_);
}

static PyObject *get_traceparent(PyObject *self, void *) noexcept {
    return py::guarded<PyObject *>(nullptr, [self] {
        const auto &request = *static_cast<Request *>(self);
        request.check_usable();
        return py::to_python(apache::traceparent_of(request.record())).release();
    });
}

std::span<PyGetSetDef> request_fields() {
    using R = Request;
    using rec = request_rec;
    static PyGetSetDef rows[] = {
        field<R, &rec::the_request>("the_request", "The request line as received."),
        field<R, &rec::method>("method", "The method, for example 'GET'."),
        field<R, &rec::unparsed_uri>("unparsed_uri", "The target as received."),
        required<R, &rec::uri>("uri", "The path of the target, decoded. Writable."),
        py::property<&R::args, &R::set_args>("args", "The query string, not decoded, or None. Writable."),
        writable<R, &rec::path_info>("path_info", "What follows the file's path (str | None). Writable."),
        py::property<&R::path_below>("path_below", "What of `uri` lies below the place where the callable was named."),
        field<R, &rec::protocol>("protocol", "The protocol as received, for example 'HTTP/1.1'."),
        field<R, &rec::proto_num>("proto_num", "The protocol as 1000 * major + minor."),
        field<R, &rec::hostname>("hostname", "The host the client asked for (str | None)."),
        py::property<&R::header_only>("header_only", "True for HEAD: only the headers will be sent."),
        py::property<&R::range>("range", "The Range header (str | None)."),
        required<R, &rec::filename>("filename", "The file the target is mapped to (str | None). Writable."),
        field<R, &rec::canonical_filename>("canonical_filename", "The same without symbolic links (str | None)."),
        py::property<&R::file_type>("file_type", "What `filename` is: 'none', 'file', 'dir', 'link' or 'other'."),
        py::property<&R::file_size>("file_size", "Its size in bytes, 0 if there is no file."),
        py::property<&R::document_root>("document_root", "DocumentRoot."),
        py::property<&R::context_prefix>("context_prefix", "The URL prefix of the mapping, Alias for example."),
        py::property<&R::context_document_root>("context_document_root", "The directory that prefix is mapped to."),
        py::property<&R::handler, &R::set_handler>(
            "handler", "The handler's name (str | None). Writable before the handler phase."),
        writable<R, &rec::proxyreq>("proxyreq", "0, or 1 for a forward, 2 for a reverse proxy request. Writable."),
        writable<R, &rec::user>("user", "The authenticated user (str | None). Writable."),
        writable<R, &rec::ap_auth_type>("auth_type", "How the user was authenticated, 'Basic' for example. Writable."),
        py::property<&R::auth_name>("auth_name", "AuthName (str | None)."),
        py::property<&R::some_auth_required>("some_auth_required", "True if a user must be authenticated here."),
        py::property<&R::basic_auth_user>("basic_auth_user", "The user of a Basic Authorization header, or None."),
        py::property<&R::basic_auth_password>("basic_auth_password", "Its password, or None. No side effects."),
        field<R, &rec::useragent_ip>("useragent_ip", "The client's address, as mod_remoteip sees it."),
        py::property<&R::useragent_port>("useragent_port", "The client's port."),
        py::property<&R::remote_host>("remote_host", "The client's name if HostnameLookups found one (str | None)."),
        py::property<&R::status, &R::set_status>("status", "The status of the response, 200 to 599. Writable."),
        py::property<&R::status_line, &R::set_status_line>(
            "status_line", "The status with a reason of one's own, '404 Gone fishing' (str | None). Writable."),
        py::property<&R::content_type, &R::set_content_type>("content_type", "Content-Type of the response. Writable."),
        py::property<&R::content_encoding, &R::set_content_encoding>(
            "content_encoding", "Content-Encoding of the response (str | None). Writable."),
        py::property<&R::content_languages, &R::set_content_languages>(
            "content_languages", "Content-Language of the response, a list. Set as a whole."),
        py::property<&R::mtime, &R::set_mtime>("mtime", "When the content last changed, in seconds. Writable."),
        py::property<&R::no_cache, &R::set_no_cache>("no_cache", "The response must not be cached. Writable."),
        py::property<&R::no_local_copy, &R::set_no_local_copy>("no_local_copy", "No 304 for it. Writable."),
        py::property<&R::bytes_sent>("bytes_sent", "Bytes of the body sent so far."),
        {"ended", &get_ended<R>, nullptr, "True once the request has ended; never raises.", nullptr},
        py::property<&R::request_time>("request_time", "When the request began, in seconds since the epoch."),
        py::property<&R::log_id>("log_id", "The id under which the error log lists the request."),
        {"traceparent", &get_traceparent, nullptr, "Its W3C trace context, or None without PyHookTrace.", nullptr},
        py::property<&R::current_phase>("phase", "The name of the phase that is running."),
        py::property<&R::interpreter>("interpreter", "The name of the interpreter that runs it."),
        py::property<&R::is_initial>("is_initial", "False for sub-requests and internal redirects."),
        py::property<&R::is_https>("is_https", "True under TLS."),
        py::property<&R::server_name>("server_name", "The name for URLs that point to the server (UseCanonicalName)."),
        py::property<&R::port>("port", "The port for such URLs."),
        py::property<&R::limit_request_body>("limit_request_body", "LimitRequestBody in bytes, 0 for none."),
        py::property<&R::main_request>("main", "For a sub-request the one it belongs to, otherwise None."),
        py::property<&R::prev_request>("prev", "For an internal redirect the request before it, otherwise None."),
        py::property<&R::next_request>("next", "The request this one was redirected to internally, or None."),
        py::property<&R::connection_object>("connection", "The client's connection (Connection)."),
        py::property<&R::server>("server", "The server or virtual host (Server)."),
        py::property<&R::table_object<Table::headers_in>>("headers_in", "The request's headers (Headers)."),
        py::property<&R::table_object<Table::headers_out>>("headers_out", "Headers of a successful response."),
        py::property<&R::table_object<Table::err_headers_out>>(
            "err_headers_out", "Headers of every response, errors and internal redirects included."),
        py::property<&R::table_object<Table::trailers_in>>("trailers_in", "Trailers of the request's body."),
        py::property<&R::table_object<Table::trailers_out>>("trailers_out", "Trailers of the response's body."),
        py::property<&R::table_object<Table::subprocess_env>>("subprocess_env",
                                                              "Environment variables for CGI, SSI and logs (Headers)."),
        py::property<&R::table_object<Table::notes>>("notes", "Notes from one module to another (Headers)."),
        py::property<&R::options>("options", "PyHookOption values of this location, read-only."),
        py::property<&R::namespace_object>("state", "A namespace that lives with the request, for all its phases."),
    };
    return rows;
}

} // namespace pyhook
