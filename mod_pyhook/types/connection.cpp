#include "types/connection.h"

#include "py/attach.h"

#include "apache/framing.h"
#include "apache/log.h"
#include "apache/pool.h"

#include "types/adding.h"
#include "types/ending.h"
#include "types/field.h"
#include "types/server.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::pair<ap_conn_keepalive_e, std::string_view> keepalive_names[] = {
    {AP_CONN_UNKNOWN, "unknown"}, {AP_CONN_CLOSE, "close"}, {AP_CONN_KEEPALIVE, "keepalive"}};

} // namespace

Connection *Connection::of(State &state, conn_rec *c) {
    return view_of(views_of<Connection, &end_views>(c->conn_config, c->pool), state, state.connection, c, c);
}

void Connection::expect(conn_rec *c) { views_of<Connection, &end_views>(c->conn_config, c->pool); }

void Connection::check_usable() const { AnyView::check_usable(served() != nullptr); }

/// The record whose pool this thread may use. For a stream's thread and its master connection this is the stream's
/// record.
conn_rec *Connection::served() const noexcept { return serving::connection_for(connection); }

/// Only the thread that reads the socket of a master may use its tables and pools.
void Connection::check_own(const char *what) const {
    if (served() != record())
        py::raise(PyExc_RuntimeError, "a stream of HTTP/2 can't use the %s of its master: keep things in its state",
                  what);
}

void Connection::end_views(Views<Connection> &views) noexcept {
    views.take_each([](Connection &view) {
        if (view.notes_ != nullptr)
            view.notes_->end();
        view.end();
        let_go(view, view.namespace_ != nullptr, [&] { py::clear(view.namespace_); });
    });
}

void Connection::drop() noexcept {
    py::clear(notes_);
    py::clear(namespace_);
}

long Connection::id() const { return record()->id; }
py::ref Connection::server() const { return Server::show(*state, record()->base_server); }
int Connection::client_port() const { return record()->client_addr->port; }
int Connection::local_port() const { return record()->local_addr->port; }
bool Connection::aborted() const { return apache::has_gone(record()); }
bool Connection::is_https() const { return ap_ssl_conn_is_ssl(record()) != 0; }

const char *Connection::remote_host() const {
    return py::while_detached([c = served()] { return ap_get_remote_host(c, nullptr, REMOTE_HOST, nullptr); });
}

std::string_view Connection::keepalive() const {
    for (const auto &[value, name] : keepalive_names)
        if (value == record()->keepalive)
            return name;
    return "unknown";
}

void Connection::set_keepalive(py::text value) {
    check_own("keepalive");
    for (const auto &[known, name] : keepalive_names)
        if (name == value.view()) {
            record()->keepalive = known;
            return;
        }
    py::raise(PyExc_ValueError, "keepalive is 'unknown', 'close' or 'keepalive'");
}

py::ref Connection::notes() {
    check_own("notes");
    if (notes_ == nullptr)
        notes_ = Headers::show(*state, record(), &record()->notes, Content::notes);
    return py::ref::share(notes_);
}

py::ref Connection::master() const {
    conn_rec *master = record()->master;
    return master == nullptr ? py::none() : py::ref::share(of(*state, master));
}

/// Several streams of an HTTP/2 client may ask for it at once; the first one that was made is kept.
py::ref Connection::namespace_object() {
    const std::atomic_ref place(namespace_);
    PyObject *known = place.load(std::memory_order_acquire);
    if (known != nullptr)
        return py::ref::share(known);
    py::ref made = py::call(state->namespace_type);
    if (!place.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel))
        return py::ref::share(known);
    return py::ref::share(made.release());
}

py::ref Connection::ssl_var(py::c_text name) const {
    conn_rec *c = served();
    return ssl_variable(c->pool, c, nullptr, name);
}

py::ref ssl_variable(apr_pool_t *pool, conn_rec *c, request_rec *r, const py::c_text &name) {
    server_rec *s = r != nullptr ? r->server : c->base_server;
    const char *value = ap_ssl_var_lookup(pool, s, c, r, name.c_str());
    return value == nullptr || *value == '\0' ? py::none() : py::to_python(value); // mod_ssl says "none" by ""
}

void Connection::log(py::text message, std::optional<py::text> level) const {
    apache::log(level_from(level), served(), message);
}

void Connection::add_input_filter(py::c_text name) {
    check_own("filters");
    add_filter(Direction::input, name.c_str(), nullptr, record());
}

void Connection::add_output_filter(py::c_text name) {
    check_own("filters");
    add_filter(Direction::output, name.c_str(), nullptr, record());
}

namespace {

PyMethodDef methods[] = {
    py::method<&Connection::ssl_var, "ssl_var(name)", "A variable of the TLS module (SSL_PROTOCOL, …), or None.">(),
    py::method<&Connection::log, "log(message, level='info')", "Write to the error log, with the client's address.">(),
    py::method<&Connection::add_input_filter,
               "add_input_filter(name)",
               "Add a connection filter to what the client sends, unless it is there.">(),
    py::method<&Connection::add_output_filter,
               "add_output_filter(name)",
               "Add a connection filter to what the client gets, unless it is there.">(),
};

PyGetSetDef properties[] = {
    {"ended", &get_ended<Connection>, nullptr, "True once the connection has ended; never raises.", nullptr},
    py::property<&Connection::id>("id", "Unique among the server's open connections."),
    py::property<&Connection::server>("server", "The server that accepted it, before any virtual host was chosen."),
    field<Connection, &conn_rec::client_ip>("client_ip", "The address of the peer."),
    py::property<&Connection::client_port>("client_port", "The port of the peer."),
    field<Connection, &conn_rec::local_ip>("local_ip", "The address the client connected to."),
    py::property<&Connection::local_port>("local_port", "The port the client connected to."),
    py::property<&Connection::remote_host>("remote_host",
                                           "The peer's host name if HostnameLookups found one (str | None)."),
    py::property<&Connection::aborted>("aborted", "True once the client is known to have gone."),
    py::property<&Connection::keepalive, &Connection::set_keepalive>(
        "keepalive", "Whether the connection stays open: 'unknown', 'close' or 'keepalive'. Writable."),
    field<Connection, &conn_rec::keepalives>("keepalives", "How many requests it has served before."),
    py::property<&Connection::notes>("notes", "Notes between modules, for the connection's life (Headers)."),
    field<Connection, &conn_rec::log_id>("log_id", "The error log's id of the connection (str | None)."),
    py::property<&Connection::is_https>("is_https", "True under TLS."),
    py::property<&Connection::master>("master", "Under HTTP/2 the client's own connection, otherwise None."),
    py::property<&Connection::namespace_object>("state", "A namespace that lives with the connection."),
    {},
};

} // namespace

void add_connection_type(State &state, py::borrowed module) {
    static auto *all_methods = py::joined<PyMethodDef>({methods, connection_io_methods()});
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<Connection>),
        py::slot(Py_tp_methods, all_methods),
        py::slot(Py_tp_getset, properties),
        {Py_tp_doc, const_cast<char *>("A client's connection (httpd's conn_rec).")},
        {},
    };
    PyType_Spec spec = {"_pyhook.Connection", sizeof(Connection), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    state.connection = py::add_type(module, spec);
}

} // namespace pyhook
