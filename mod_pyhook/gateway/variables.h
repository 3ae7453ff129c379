// gateway/variables.h: which variables the environ of a request has, as CGI and PEP 3333 name them.
#pragma once

#include "apache/httpd.h"
#include "apache/place.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace pyhook::gateway {

/// "http" or "https", as the client sees it. If a proxy in front ends TLS, SetEnvIf X-Forwarded-Proto https HTTPS=on
/// says so.
const char *scheme(request_rec *r);

/// True if httpd authenticates the client, so the application must not learn the password.
bool keeps_authorization(const request_rec *r);

/// The request as the rows of the tables below use it. It has the answers that httpd may have to ask of Python, so no
/// row runs Python code.
struct Source {
    Source(request_rec *r, const apache::Place &place);

    const char *number(int value) const {
        *std::to_chars(digits, digits + sizeof(digits) - 1, value).ptr = '\0';
        return digits;
    }

    request_rec *r;
    std::string_view script_name;
    std::string_view path_info;
    const char *scheme;
    int port;
    mutable char digits[16] = {};
};

/// The client's own request, before any redirect inside httpd.
inline const request_rec *original(const request_rec *r) {
    while (r->prev != nullptr || r->main != nullptr)
        r = r->prev != nullptr ? r->prev : r->main;
    return r;
}

/// REDIRECT_URL, as CGI programs get it: the URL from which an ErrorDocument or another internal redirect comes.
const char *redirect_url(request_rec *r);

inline std::string_view text(const char *value) {
    return value == nullptr ? std::string_view() : std::string_view(value);
}

struct Variable {
    const char *key;
    std::string_view (*value)(const Source &);
};

// clang-format off
/// Variables that most requests have in common with the one before. One that may hold a secret is never here.
inline constexpr Variable lasting[] = {
    {"REQUEST_METHOD",  [](const Source &from) { return text(from.r->method); }},
    {"REQUEST_SCHEME",  [](const Source &from) { return text(from.scheme); }},
    {"SCRIPT_NAME",     [](const Source &from) { return from.script_name; }},
    {"SERVER_NAME",     [](const Source &from) { return text(ap_get_server_name(from.r)); }},
    {"SERVER_PORT",     [](const Source &from) { return text(from.number(from.port)); }},
    {"SERVER_ADDR",     [](const Source &from) { return text(from.r->connection->local_ip); }},
    {"SERVER_PROTOCOL", [](const Source &from) { return text(from.r->protocol); }},
    {"REMOTE_ADDR",     [](const Source &from) { return text(from.r->useragent_ip); }},
    {"REMOTE_PORT",     [](const Source &from) { return text(from.number(from.r->useragent_addr->port)); }},
    {"wsgi.url_scheme", [](const Source &from) { return text(from.scheme); }},
};

/// Variables that each request fills in. Those in `empty` are there also if the view is null.
inline constexpr Variable passing[] = {
    {"REQUEST_URI",  [](const Source &from) { return text(original(from.r)->unparsed_uri); }},
    {"QUERY_STRING", [](const Source &from) { return text(from.r->args); }},
    {"PATH_INFO",    [](const Source &from) { return from.path_info.empty() ? text(nullptr) : from.path_info; }},
    {"REMOTE_USER",  [](const Source &from) { return text(from.r->user); }},
    {"AUTH_TYPE",    [](const Source &from) { return text(from.r->ap_auth_type); }},
    {"REDIRECT_URL", [](const Source &from) { return text(redirect_url(from.r)); }},
    {"REDIRECT_QUERY_STRING", [](const Source &from) { return text(from.r->prev == nullptr ? nullptr : from.r->prev->args); }},
};
inline constexpr const char *empty[] = {"REQUEST_URI", "QUERY_STRING", "PATH_INFO"};

/// Variables that all requests to one server have in common. SCRIPT_FILENAME is the adapter's.
inline constexpr Variable common[] = {
    {"GATEWAY_INTERFACE", [](const Source &) { return std::string_view("CGI/1.1"); }},
    {"SERVER_SOFTWARE",   [](const Source &) { return text(ap_get_server_banner()); }},
    {"SERVER_ADMIN",      [](const Source &from) { return text(from.r->server->server_admin); }},
    {"DOCUMENT_ROOT",     [](const Source &from) { return text(ap_document_root(from.r)); }},
};
// clang-format on

/// True if no variable of SetEnv or of another module may have this name.
inline bool is_reserved(std::string_view name) {
    return name == "HTTP_PROXY" || name == "CONTENT_LENGTH" || name == "CONTENT_TYPE" || name.starts_with("wsgi.");
}

/// How CONTENT_LENGTH is set.
struct BodyLength {
    bool as_told = true;               // use what the client says, if it says anything
    std::optional<apr_off_t> received; // the length of a body that has been received

    /// If wsgi.input_terminated is set, Werkzeug ignores CONTENT_LENGTH, and does not notice that a body breaks off. If
    /// the length is known, it is removed, so that Werkzeug answers 400 to a broken body.
    bool is_known(const request_rec *r) const {
        return received || (as_told && apr_table_get(r->headers_in, "Content-Length") != nullptr);
    }
};

/// Decides about a body whose length is not known, because applications trust CONTENT_LENGTH. HTTP allows a body
/// without a length (chunked, or over HTTP/2), and an input filter may make a body longer or shorter. Returns OK or an
/// HTTP status, and in `most` how much of the body has to be received before the application is called: usually 0.
int plan_body(request_rec *r, BodyLength &length, apr_off_t &most);

/// What an environ does with a header.
enum class Kind : char {
    field,          // HTTP_...
    authorization,  // only for httpd if it authenticated the request
    content_length, // its key has no HTTP_
    content_type,
    coding, // Transfer-Encoding: removed after the body has been received
    none,   // not for applications
};

/// The kind of a header, and its key in an environ.
struct HeaderKey {
    Kind kind = Kind::none;
    std::string key;
};
HeaderKey key_of(std::string_view header);

/// True if the application gets to see this header of the request.
inline bool is_shown(Kind kind, const request_rec *r, const BodyLength &length) {
    return !(kind == Kind::none || (kind == Kind::authorization && keeps_authorization(r)) ||
             (kind == Kind::coding && length.received) || (kind == Kind::content_length && !length.as_told));
}

/// What stands between the lines of one header when they are joined into one value (RFC 3875, 4.1.18; for cookies RFC
/// 9113, 8.2.3).
std::string_view joint(std::string_view header);

} // namespace pyhook::gateway
