#include "apache/pool.h"

#include "call/result.h"
#include "server/ask.h"
#include "server/server_hooks.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *mod_ssl[] = {"mod_ssl.c", nullptr};

constexpr SocketKind scheme_kind{"http_scheme", "expected the scheme of a URL (str), or None"};
constexpr SocketKind port_kind{"default_port", "expected a port from 1 to 65535 (int), or None"};

bool is_scheme(std::string_view text) {
    const auto fits = [](char byte) { return apr_isalnum(byte) || byte == '+' || byte == '-' || byte == '.'; };
    return !text.empty() && apr_isalpha(text[0]) && std::all_of(text.begin(), text.end(), fits);
}

/// Null leaves the answer to httpd. So does a failure, which has been logged.
const char *scheme(const request_rec *r) noexcept {
    const char *answer = nullptr;
    ask(ServerHook::http_scheme, scheme_kind, const_cast<request_rec *>(r), {}, [&](py::borrowed result) {
        const char *text = text_of(r->pool, result);
        const bool fits = text != nullptr && is_scheme(text);
        answer = fits ? text : nullptr;
        return fits;
    });
    return answer;
}

/// 0 leaves the answer to httpd. So does a failure, which has been logged.
apr_port_t port(const request_rec *r) noexcept {
    int answer = 0;
    ask(ServerHook::default_port, port_kind, const_cast<request_rec *>(r), {}, [&](py::borrowed result) {
        const int value = number_of(result).value_or(0);
        const bool fits = value > 0 && value < 65536;
        answer = fits ? value : 0;
        return fits;
    });
    return static_cast<apr_port_t>(answer);
}

} // namespace

void attach_http_scheme() { ap_hook_http_scheme(&scheme, nullptr, mod_ssl, APR_HOOK_MIDDLE); }
void attach_default_port() { ap_hook_default_port(&port, nullptr, mod_ssl, APR_HOOK_MIDDLE); }

} // namespace pyhook
