#include "gateway/tls.h"

#include <cstring>

namespace pyhook::gateway {

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

template <std::size_t count> std::optional<int> number_of(const Number (&known)[count], const char *name) {
    for (const Number &each : known)
        if (name != nullptr && strcmp(each.name, name) == 0)
            return each.number;
    return std::nullopt;
}

std::vector<const char *> client_chain(request_rec *r) {
    std::vector<const char *> chain;
    const char *next = variable(r, "SSL_CLIENT_CERT");
    for (int at = 0; next != nullptr; ++at) {
        chain.push_back(next);
        next = variable(r, apr_psprintf(r->pool, "SSL_CLIENT_CERT_CHAIN_%d", at));
    }
    return chain;
}

const char *error_of(const char *verified) {
    constexpr const char *failed = "FAILED:";
    return verified != nullptr && strncmp(verified, failed, strlen(failed)) == 0 ? verified + strlen(failed) : nullptr;
}

} // namespace

const char *server_certificate(request_rec *r) { return variable(r, "SSL_SERVER_CERT"); }

std::optional<Tls> tls_of(request_rec *r) {
    if (ap_ssl_conn_is_ssl(r->connection) == 0)
        return std::nullopt;
    Tls tls{.client_chain = client_chain(r),
            .client_name = nullptr,
            .client_error = error_of(variable(r, "SSL_CLIENT_VERIFY")),
            .version = number_of(versions, variable(r, "SSL_PROTOCOL")),
            .cipher_suite = number_of(suites, variable(r, "SSL_CIPHER"))};
    if (!tls.client_chain.empty())
        tls.client_name = variable(r, "SSL_CLIENT_S_DN");
    return tls;
}

} // namespace pyhook::gateway
