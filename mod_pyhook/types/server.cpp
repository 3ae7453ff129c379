#include "types/server.h"

#include "apache/log.h"

#include "types/field.h"

#include "py/poison.h"

namespace pyhook {

py::ref Server::show(State &state, server_rec *s) {
    auto *view = py::make<Server>(state.server);
    view->state = &state;
    view->s = s;
    return py::ref::steal(view);
}

int level_from(const std::optional<py::text> &name) {
    if (!name)
        return APLOG_INFO;
    const auto level = apache::level_of(*name);
    if (!level)
        py::raise(PyExc_ValueError,
                  "a level is one of emerg, alert, crit, error, warn, notice, info, debug, trace1 to trace8");
    return *level;
}

const char *Server::scheme() const { return s->server_scheme; }
int Server::port() const { return s->port; }
bool Server::is_virtual() const { return s->is_virtual != 0; }
std::string_view Server::log_level() const {
    return apache::level_name(ap_get_server_module_loglevel(s, APLOG_MODULE_INDEX));
}
double Server::timeout() const { return seconds(s->timeout); }
bool Server::keep_alive() const { return s->keep_alive != 0; }
double Server::keep_alive_timeout() const { return seconds(s->keep_alive_timeout); }
std::string_view Server::path() const {
    return {s->path == nullptr ? "" : s->path, static_cast<std::size_t>(s->pathlen)};
}
py::ref Server::names() const { return py::list_of(apache::elements<const char *>(s->names)); }
py::ref Server::wild_names() const { return py::list_of(apache::elements<const char *>(s->wild_names)); }
py::ref Server::next() const { return s->next == nullptr ? py::none() : show(*state, s->next); }
py::ref Server::options() const { return state->options_of(s->lookup_defaults); }

void Server::log(py::text message, std::optional<py::text> level) const { apache::log(level_from(level), s, message); }

namespace {

PyObject *represent(PyObject *self) noexcept {
    const server_rec *s = static_cast<Server *>(self)->s;
    return PyUnicode_FromFormat("<Server %s:%d>", s->server_hostname == nullptr ? "" : s->server_hostname,
                                int(s->port));
}

PyObject *compare(PyObject *one, PyObject *other, int operation) noexcept {
    if (Py_TYPE(one) != Py_TYPE(other) || (operation != Py_EQ && operation != Py_NE))
        return Py_NewRef(Py_NotImplemented);
    const bool same = static_cast<Server *>(one)->s == static_cast<Server *>(other)->s;
    return Py_NewRef(same == (operation == Py_EQ) ? Py_True : Py_False);
}

Py_hash_t hash(PyObject *self) noexcept {
    return static_cast<Py_hash_t>(reinterpret_cast<std::uintptr_t>(static_cast<Server *>(self)->s) >> 4);
}

PyMethodDef methods[] = {
    py::method<&Server::log, "log(message, level='info')", "Write to this server's error log.">(),
    {},
};

PyGetSetDef properties[] = {
    field<Server, &server_rec::server_hostname>("hostname", "ServerName (str | None)."),
    py::property<&Server::port>("port", "The port of ServerName, for URLs that point to the server; 0 when not set."),
    py::property<&Server::scheme>("scheme", "The scheme of ServerName (str | None)."),
    field<Server, &server_rec::server_admin>("admin", "ServerAdmin (str | None)."),
    py::property<&Server::is_virtual>("is_virtual", "True for a virtual host."),
    field<Server, &server_rec::defn_name>("defn_name", "The configuration file that defines the server (str | None)."),
    field<Server, &server_rec::defn_line_number>("defn_line_number", "The line in that file."),
    field<Server, &server_rec::error_fname>("error_log", "ErrorLog (str | None)."),
    py::property<&Server::log_level>("log_level", "LogLevel in force for pyhook, as a name."),
    py::property<&Server::timeout>("timeout", "TimeOut in seconds."),
    py::property<&Server::keep_alive>("keep_alive", "KeepAlive."),
    py::property<&Server::keep_alive_timeout>("keep_alive_timeout", "KeepAliveTimeout in seconds."),
    field<Server, &server_rec::keep_alive_max>("keep_alive_max", "MaxKeepAliveRequests."),
    py::property<&Server::path>("path", "ServerPath; empty when not set."),
    py::property<&Server::names>("names", "ServerAlias names without wildcards."),
    py::property<&Server::wild_names>("wild_names", "ServerAlias names with wildcards."),
    field<Server, &server_rec::limit_req_line>("limit_req_line", "LimitRequestLine in bytes."),
    field<Server, &server_rec::limit_req_fieldsize>("limit_req_fieldsize", "LimitRequestFieldSize in bytes."),
    field<Server, &server_rec::limit_req_fields>("limit_req_fields", "LimitRequestFields."),
    py::property<&Server::next>("next", "The next server of the configuration, or None."),
    py::property<&Server::options>("options", "PyHookOption values of the server itself, read-only."),
    {},
};

PyType_Slot slots[] = {
    py::slot(Py_tp_dealloc, &py::deallocate<Server>),
    py::slot(Py_tp_repr, &represent),
    py::slot(Py_tp_richcompare, &compare),
    py::slot(Py_tp_hash, &hash),
    py::slot(Py_tp_methods, methods),
    py::slot(Py_tp_getset, properties),
    {Py_tp_doc, const_cast<char *>("A server of the configuration (httpd's server_rec).")},
    {},
};

PyType_Spec spec = {"_pyhook.Server", sizeof(Server), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

} // namespace

void add_server_type(State &state, py::borrowed module) { state.server = py::add_type(module, spec); }

} // namespace pyhook
