#include "py/bind.h"

#include "asgi/scope.h"

#include <cstring>

#include "py/poison.h"

namespace pyhook::asgi {

namespace {

struct Number {
    const char *name;
    int number;
};

constexpr Number versions[] = {{"TLSv1", 0x0301}, {"TLSv1.1", 0x0302}, {"TLSv1.2", 0x0303}, {"TLSv1.3", 0x0304}};

/// The suites that today's clients choose, by OpenSSL's names (IANA, TLS Cipher Suites).
constexpr Number suites[] = {
    {"TLS_AES_128_GCM_SHA256", 0x1301},        {"TLS_AES_256_GCM_SHA384", 0x1302},
    {"TLS_CHACHA20_POLY1305_SHA256", 0x1303},  {"ECDHE-ECDSA-AES128-GCM-SHA256", 0xc02b},
    {"ECDHE-ECDSA-AES256-GCM-SHA384", 0xc02c}, {"ECDHE-RSA-AES128-GCM-SHA256", 0xc02f},
    {"ECDHE-RSA-AES256-GCM-SHA384", 0xc030},   {"ECDHE-RSA-CHACHA20-POLY1305", 0xcca8},
    {"ECDHE-ECDSA-CHACHA20-POLY1305", 0xcca9},
};

/// Null if mod_ssl has no value.
const char *variable(request_rec *r, const char *name) {
    const char *value = ap_ssl_var_lookup(r->pool, r->server, r->connection, r, name);
    return value == nullptr || *value == '\0' ? nullptr : value;
}

template <std::size_t count> py::ref number_of(const Number (&known)[count], const char *name) {
    for (const Number &each : known)
        if (name != nullptr && strcmp(each.name, name) == 0)
            return py::to_python(each.number);
    return py::none();
}

/// The client's certificate comes first.
py::ref client_chain(request_rec *r) {
    py::ref chain = py::check(PyList_New(0));
    const char *own = variable(r, "SSL_CLIENT_CERT");
    if (own != nullptr)
        py::check(PyList_Append(chain.get(), py::to_python(own).get()));
    for (int at = 0; own != nullptr; ++at) {
        const char *next = variable(r, apr_psprintf(r->pool, "SSL_CLIENT_CERT_CHAIN_%d", at));
        if (next == nullptr)
            break;
        py::check(PyList_Append(chain.get(), py::to_python(next).get()));
    }
    return chain;
}

/// Says why the client's certificate was not accepted, or None.
const char *error_of(const char *verified) {
    constexpr const char *failed = "FAILED:";
    return verified != nullptr && strncmp(verified, failed, strlen(failed)) == 0 ? verified + strlen(failed) : nullptr;
}

} // namespace

py::ref server_certificate(request_rec *r) { return py::to_python(variable(r, "SSL_SERVER_CERT")); }

py::ref tls_of(request_rec *r, py::borrowed server_certificate) {
    if (ap_ssl_conn_is_ssl(r->connection) == 0)
        return {};
    const char *verified = variable(r, "SSL_CLIENT_VERIFY");
    const py::ref chain = client_chain(r);
    const py::ref name = py::to_python(PyList_GET_SIZE(chain.get()) == 0 ? nullptr : variable(r, "SSL_CLIENT_S_DN"));
    const py::ref problem = py::to_python(error_of(verified));
    const py::ref version = number_of(versions, variable(r, "SSL_PROTOCOL"));
    const py::ref suite = number_of(suites, variable(r, "SSL_CIPHER"));
    return py::check(Py_BuildValue("{s:O,s:O,s:O,s:O,s:O,s:O}", "server_cert",
                                   static_cast<PyObject *>(server_certificate), "client_cert_chain", chain.get(),
                                   "client_cert_name", name.get(), "client_cert_error", problem.get(), "tls_version",
                                   version.get(), "cipher_suite", suite.get()));
}

} // namespace pyhook::asgi
