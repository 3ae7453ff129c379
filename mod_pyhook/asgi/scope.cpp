#include "asgi/scope.h"

#include "apache/table.h"

#include "gateway/scope.h"
#include "gateway/tls.h"
#include "gateway/variables.h"
#include "websocket/handshake.h"

#include "py/poison.h"

namespace pyhook::asgi {

namespace {

/// How many header names are kept: clients choose them.
constexpr std::size_t most_names = 256;

void set(py::borrowed dict, const char *key, const py::ref &value) {
    py::check(PyDict_SetItemString(dict, key, value.get()));
}

py::ref bytes(std::string_view text) { return py::to_python(std::span<const char>(text)); }
py::ref text(std::string_view value) { return py::to_python(value); }

std::string_view or_empty(const char *value) { return value == nullptr ? std::string_view() : value; }

py::ref address(const char *host, int port) {
    const py::ref name = text(or_empty(host));
    return py::check(Py_BuildValue("[Oi]", name.get(), port));
}

/// A dict as the TLS extension defines it.
py::ref dict_of(const gateway::Tls &tls, py::borrowed server_certificate) {
    const auto number = [](std::optional<int> value) { return value ? py::to_python(*value) : py::none(); };
    const py::ref chain = py::list_of(tls.client_chain, [](const char *each) { return py::to_python(each); });
    const py::ref name = py::to_python(tls.client_name);
    const py::ref problem = py::to_python(tls.client_error);
    const py::ref version = number(tls.version);
    const py::ref suite = number(tls.cipher_suite);
    return py::check(Py_BuildValue("{s:O,s:O,s:O,s:O,s:O,s:O}", "server_cert",
                                   static_cast<PyObject *>(server_certificate), "client_cert_chain", chain.get(),
                                   "client_cert_name", name.get(), "client_cert_error", problem.get(), "tls_version",
                                   version.get(), "cipher_suite", suite.get()));
}

} // namespace

Scopes::Scopes()
    : template_(py::check(
          Py_BuildValue("{s:s,s:{s:s,s:s}}", "type", "http", "asgi", "version", "3.0", "spec_version", "2.5"))),
      offered_(py::check(Py_BuildValue("{s:{},s:{}}", "http.response.pathsend", "websocket.http.response"))) {}

py::ref Scopes::header_name(std::string_view name) {
    const std::string lowered = gateway::lower(name);
    const auto known = names_.find(lowered);
    if (known != names_.end())
        return known->second.copy();
    py::ref made = bytes(lowered);
    if (names_.size() < most_names)
        names_.emplace(lowered, made.copy());
    return made;
}

py::ref Scopes::headers(request_rec *r) {
    py::ref list = py::check(PyList_New(0));
    for (const auto &entry : apache::entries(r->headers_in)) {
        if (apache::same_name(entry.key, "Authorization") && gateway::keeps_authorization(r))
            continue;
        const py::ref name = header_name(entry.key);
        const py::ref value = bytes(or_empty(entry.val));
        const py::ref pair = py::check(PyTuple_Pack(2, name.get(), value.get()));
        py::check(PyList_Append(list.get(), pair.get()));
    }
    return list;
}

py::ref Scopes::extensions(Request &request) {
    request_rec *r = request.record();
    py::ref all = py::check(PyDict_Copy(offered_.get()));
    py::check(PyDict_SetItemString(all.get(), "pyhook.request", static_cast<PyObject *>(&request)));
    const std::optional<gateway::Tls> tls = gateway::tls_of(r);
    if (!tls)
        return all;
    py::ref &certificate = certificates_[r->server];
    if (!certificate)
        certificate = py::to_python(gateway::server_certificate(r));
    set(all, "tls", dict_of(*tls, certificate));
    return all;
}

py::ref Scopes::make(Request &request, const Mount &mount, std::string_view type) {
    request_rec *r = request.record();
    py::ref scope = py::check(PyDict_Copy(template_.get()));
    set(scope, "http_version", text(gateway::http_version(r)));
    set(scope, "type", text(type));
    const bool is_secure = strcmp(gateway::scheme(r), "https") == 0;
    if (type == "websocket") {
        set(scope, "scheme", text(is_secure ? "wss" : "ws"));
        set(scope, "subprotocols", py::list_of(websocket::subprotocols(r), text));
    } else {
        set(scope, "scheme", text(gateway::scheme(r)));
        set(scope, "method", text(r->method));
    }
    set(scope, "path", text(or_empty(r->uri)));
    set(scope, "raw_path", bytes(gateway::raw_path(r)));
    set(scope, "query_string", bytes(or_empty(r->args)));
    set(scope, "root_path", text(std::string_view(r->uri).substr(0, apache::length_to(mount.place, r))));
    set(scope, "headers", headers(r));
    set(scope, "client", address(r->useragent_ip, r->useragent_addr->port));
    set(scope, "server", address(ap_get_server_name(r), ap_get_server_port(r)));
    set(scope, "extensions", extensions(request));
    return scope;
}

} // namespace pyhook::asgi
