// types/connection.h: pyhook.Connection, a conn_rec.
#pragma once

#include "apache/stream.h"

#include "types/headers.h"

namespace pyhook {

struct Connection : View<conn_rec> {
    Headers *notes_;
    PyObject *namespace_;
    apache::Stream *stream_; // in the connection's pool; null outside process_connection
    Connection *next_view;   // in another interpreter, for the same record

    /// The connection's own thread may use it. The threads of its HTTP/2 streams may only read it.
    void check_usable() const;

    long id() const;
    py::ref server() const;
    int client_port() const;
    int local_port() const;
    const char *remote_host() const;
    bool aborted() const;
    std::string_view keepalive() const;
    void set_keepalive(py::text value);
    py::ref notes();
    bool is_https() const;
    py::ref master() const;
    py::ref namespace_object();
    bool has_namespace() const noexcept { return __atomic_load_n(&namespace_, __ATOMIC_ACQUIRE) != nullptr; }
    py::ref ssl_var(py::c_text name) const;
    void log(py::text message, std::optional<py::text> level) const;
    void add_input_filter(py::c_text name);
    void add_output_filter(py::c_text name);

    // connection_io.cpp: for a protocol that is not HTTP
    py::ref recv(Py_ssize_t size, std::optional<double> timeout);
    py::ref read(Py_ssize_t size, std::optional<double> timeout);
    py::ref readline(std::optional<Py_ssize_t> limit, std::optional<double> timeout);
    void write(py::body_data data);
    void flush();

    void drop() noexcept;

    /// The view of `c` in this interpreter: the same object at each call.
    static Connection *of(State &state, conn_rec *c);

    /// Makes the list of views for a connection that may become an HTTP/2 master: its streams can't make it on their
    /// threads.
    static void expect(conn_rec *c);

private:
    conn_rec *served() const noexcept;
    void check_own(const char *what) const;
    apache::Stream &stream() const;
    template <class Enough> void fetch_until(const std::optional<double> &timeout, Enough enough);
    static void end_views(Views<Connection> &views) noexcept;
};

/// A variable of the TLS module for a connection, or for a request on it; None if the variable is empty. Allocates in
/// `pool`.
py::ref ssl_variable(apr_pool_t *pool, conn_rec *c, request_rec *r, const py::c_text &name);

std::span<PyMethodDef> connection_io_methods();

void add_connection_type(State &state, py::borrowed module);

} // namespace pyhook
