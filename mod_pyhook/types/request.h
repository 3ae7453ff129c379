// types/request.h: pyhook.Request, a request_rec. The members stand in groups; each group is a .cpp file beside this
// one.
#pragma once

#include "py/attach.h"

#include "apache/body.h"
#include "apache/place.h"

#include "types/connection.h"

#include <utility>

namespace pyhook {

/// For some members httpd asks callables of the same request. If a callable uses the same member, the circle is closed.
enum class Circle : unsigned char { none, open, closed };

enum class Table { headers_in, headers_out, err_headers_out, trailers_in, trailers_out, subprocess_env, notes, count };

struct Request : View<request_rec> {
    Headers *tables[static_cast<std::size_t>(Table::count)];
    PyObject *namespace_;
    PyObject *cleanups;
    PyObject *latin1;        // types/latin1_request: what shows this with texts in latin-1, or null
    apache::Body *body_;     // in the request's pool
    const char *body_phase_; // the phase before the handler that reads the body, or null
    const char *phase;
    const apache::Place *place; // where the running callable was named; null if it has no place
    bool looked_up;             // made by lookup_uri or lookup_file: Python may run and end it
    bool has_run;
    bool shows_tables; // one of `tables` is not null
    int gathered;      // bytes at most that `write` has left in httpd's buffer
    mutable Circle asked_for_access, asked_for_login;
    Request *next_view; // in another interpreter, for the same record

    /// The view of `r` in this interpreter: the same object at each call.
    static Request *of(State &state, request_rec *r);

    /// Like `of`, for code that calls Python: gives null and writes to the log if the request is about to end.
    static Request *find(State &state, request_rec *r);
    void drop() noexcept;
    static py::Spare &spare_of(State &state) noexcept { return state.spare_request; }

    /// While the result lives, nothing may end the request.
    keeping stay() const { return keeping(record()->pool); }

    void check_usable() const;

    // request_fields.cpp: the fields of the record
    const char *args() const;
    void set_args(std::optional<py::c_text> args);
    std::string_view path_below() const;
    const char *range() const;
    apr_off_t bytes_sent() const;
    const char *handler() const;
    void set_handler(std::optional<py::c_text> name);
    std::string_view file_type() const;
    apr_off_t file_size() const;
    const char *document_root() const;
    const char *context_prefix() const;
    const char *context_document_root() const;
    const char *auth_name() const;
    bool some_auth_required() const;
    py::ref basic_auth_user() const;
    py::ref basic_auth_password() const;
    int useragent_port() const;
    const char *remote_host() const;
    bool header_only() const;
    void set_status(int status);
    void set_status_line(std::optional<py::c_text> line);
    void set_content_type(std::optional<py::c_text> type);
    void set_content_encoding(std::optional<py::c_text> encoding);
    int status() const;
    const char *status_line() const;
    const char *content_type() const;
    const char *content_encoding() const;
    py::ref content_languages() const;
    void set_content_languages(py::ref languages);
    double mtime() const;
    void set_mtime(double seconds);
    bool no_cache() const;
    void set_no_cache(bool value);
    bool no_local_copy() const;
    void set_no_local_copy(bool value);
    double request_time() const;
    const char *log_id() const;
    const char *current_phase() const;
    std::string_view interpreter() const;
    bool is_initial() const;
    bool is_https() const;
    const char *server_name() const;
    int port() const;
    apr_off_t limit_request_body() const;
    py::ref main_request() const;
    py::ref prev_request() const;
    py::ref next_request() const;
    py::ref connection_object() const;
    py::ref server() const;
    template <Table table> py::ref table_object() { return table_view(table); }
    py::ref options() const;
    py::ref namespace_object();

    // request_body.cpp: the body that the client sends
    py::ref read(std::optional<Py_ssize_t> size);
    py::ref readline(std::optional<Py_ssize_t> size);
    py::ref readlines(std::optional<Py_ssize_t> hint);
    void discard_request_body();
    py::ref aread(std::optional<Py_ssize_t> size);
    py::ref aread1();
    apache::Body &own_body();
    [[noreturn]] void raise_unreadable(apr_status_t status) const;
    std::size_t read_into(std::span<char> place);
    py::ref next_line();
    apache::Body &body();
    bool give_body_back();

    // request_response.cpp: the response
    void write(py::body_data data);
    void write_and_flush(py::body_data data);
    py::ref awrite(py::body_data data);
    void flush();
    apr_off_t sendfile(py::c_text path, std::optional<apr_off_t> offset, std::optional<apr_off_t> length);
    void set_content_length(apr_off_t length);
    void set_last_modified(std::optional<double> mtime);
    void set_etag();
    int meets_conditions();
    void send_interim_response(int status);
    void custom_response(int status, py::c_text text);
    void allow_methods(py::ref methods, std::optional<bool> replace);

    // request_elsewhere.cpp: other requests, filters, expressions and logs
    void internal_redirect(py::c_text uri);
    py::ref lookup_uri(py::c_text uri, std::optional<py::c_text> method);
    py::ref lookup_file(py::c_text path);
    int run();
    void destroy();
    void add_input_filter(py::c_text name);
    void add_output_filter(py::c_text name);
    void add_cleanup(py::borrowed callable, py::borrowed arguments);
    void add_common_vars();
    void add_cgi_vars();
    py::ref construct_url(py::c_text uri);
    void note_auth_failure();
    bool expr(py::c_text expression);
    py::ref expr_string(py::c_text expression);
    py::ref ssl_var(py::c_text name) const;
    void log(py::text message, std::optional<py::text> level) const;

private:
    bool reads_ahead() const;
    [[gnu::noinline]] void check_on_other_call() const;
    void check_not_in_filter(Direction direction) const;
    bool is_complete() const; // true if its response is complete, or that of the request to which it belongs
    void check_may_look_up() const;
    void check_open(request_rec *r) const;
    void check_may_send(request_rec *r) const;
    void check_looked_up(const char *what) const;
    static void check_does_not_wait(const request_rec *main, const char *consequence);
    py::ref table_view(Table table);
    py::ref other(request_rec *r) const;
    py::ref show_sub_request(request_rec *sub) const;
    static Request *make(State &state, request_rec *r);
    static void end_views(Views<Request> &views) noexcept;
    void run_cleanups() noexcept;
};

/// Calls `ask()`, a function of httpd, and gives its result. If one of the callables that httpd asks comes here again,
/// RuntimeError is raised both for that callable and for the first caller.
template <class Function> auto asked_once(Circle &circle, const char *member, Function ask) {
    const auto raise_for_circle = [member] {
        py::raise(PyExc_RuntimeError, "%s asks callables of this request: none of them can ask for it", member);
    };
    if (circle != Circle::none) {
        circle = Circle::closed;
        raise_for_circle();
    }
    circle = Circle::open;
    const auto result = py::while_detached(ask);
    if (std::exchange(circle, Circle::none) == Circle::closed)
        raise_for_circle();
    return result;
}

/// Opens a regular file, which stays open until the request ends. Gives the file and its size. Throws OSError.
std::pair<apr_file_t *, apr_off_t> open_file(request_rec *r, const char *path);

/// The texts of an iterable. Throws TypeError; a single text is refused too.
std::vector<py::c_text> texts_from(py::borrowed iterable);

/// Seconds since the epoch as an APR time. Throws ValueError if APR can't hold it.
apr_time_t time_from(double seconds);

/// The rows of each group. request.cpp joins them into the type.
std::span<PyGetSetDef> request_fields();
std::span<PyMethodDef> request_body_methods();
std::span<PyMethodDef> request_response_methods();
std::span<PyMethodDef> request_elsewhere_methods();

void add_request_type(State &state, py::borrowed module);

inline serving::serving(conn_rec *c, Request *request) noexcept
    : serving(
          c, request, request == nullptr ? nullptr : request->state, request == nullptr ? nullptr : request->record()) {
}

} // namespace pyhook
