// types/connection.h: pyhook.Connection, a conn_rec.
#pragma once

#include "types/headers.h"

namespace pyhook {

struct Connection : View<conn_rec> {
    Headers *notes_;
    PyObject *namespace_;
    Connection *next_view; // of another interpreter, for the same record

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
    py::ref ssl_var(py::c_text name) const;
    void log(py::text message, std::optional<py::text> level) const;

    void drop() noexcept;

    /// The view of `c` in this interpreter, the same object each time.
    static Connection *of(State &state, conn_rec *c);

private:
    static void end_views(Connection *first) noexcept;
};

void add_connection_type(State &state, py::borrowed module);

} // namespace pyhook
