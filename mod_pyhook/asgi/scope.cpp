#include "asgi/scope.h"

#include "apache/table.h"

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

/// "1.1" for HTTP/1.1, "2" for HTTP/2.0.
std::string_view version_of(const request_rec *r) {
    switch (r->proto_num) {
    case HTTP_VERSION(1, 0):
        return "1.0";
    case HTTP_VERSION(1, 1):
        return "1.1";
    case HTTP_VERSION(2, 0):
        return "2";
    default:
        return or_empty(r->protocol).substr(std::min<std::size_t>(5, or_empty(r->protocol).size()));
    }
}

py::ref address(const char *host, int port) {
    const py::ref name = text(or_empty(host));
    return py::check(Py_BuildValue("[Oi]", name.get(), port));
}

/// The path as the client wrote it, without scheme and host if the client wrote a whole URL.
std::string_view raw_path(const request_rec *r) {
    std::string_view uri = or_empty(r->unparsed_uri);
    if (const std::size_t host = uri.find("://"); host != std::string_view::npos && uri.front() != '/')
        uri.remove_prefix(std::min(uri.size(), uri.find('/', host + 3)));
    return uri.substr(0, uri.find('?'));
}

std::string lower(std::string_view name) {
    std::string lowered(name);
    for (char &letter : lowered)
        letter = static_cast<char>(apr_tolower(letter));
    return lowered;
}

} // namespace

Scopes::Scopes()
    : template_(py::check(
          Py_BuildValue("{s:s,s:{s:s,s:s}}", "type", "http", "asgi", "version", "3.0", "spec_version", "2.5"))),
      offered_(py::check(Py_BuildValue("{s:{},s:{}}", "http.response.pathsend", "websocket.http.response"))) {}

py::ref Scopes::header_name(std::string_view name) {
    const std::string lowered = lower(name);
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
    if (ap_ssl_conn_is_ssl(r->connection) == 0)
        return all;
    py::ref &certificate = certificates_[r->server];
    if (!certificate)
        certificate = server_certificate(r);
    set(all, "tls", tls_of(r, certificate));
    return all;
}

py::ref Scopes::make(Request &request, const Mount &mount, std::string_view type) {
    request_rec *r = request.record();
    py::ref scope = py::check(PyDict_Copy(template_.get()));
    set(scope, "http_version", text(version_of(r)));
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
    set(scope, "raw_path", bytes(raw_path(r)));
    set(scope, "query_string", bytes(or_empty(r->args)));
    set(scope, "root_path", text(std::string_view(r->uri).substr(0, apache::length_to(mount.place, r))));
    set(scope, "headers", headers(r));
    set(scope, "client", address(r->useragent_ip, r->useragent_addr->port));
    set(scope, "server", address(ap_get_server_name(r), ap_get_server_port(r)));
    set(scope, "extensions", extensions(request));
    return scope;
}

} // namespace pyhook::asgi
