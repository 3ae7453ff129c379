#include "apache/registering.h"

#include "connections/connections.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind accept_kind{"protocol_propose", "expected True (this request may switch) or False"};
constexpr const char *chosen_note = "pyhook:protocol"; // in c->notes: the protocol that the connection speaks
constexpr const char *order_after[] = {"mod_ssl.c", nullptr};
constexpr const char *order_before[] = {"mod_http2.c", nullptr};

const char *chosen(const conn_rec *c) { return apr_table_get(c->notes, chosen_note); }

/// Null if no PyHookProtocol defines the name.
const Named *protocol_of(const char *name) {
    return find_named(ServerConfig::of(ap_server_conf).names_of(Socket::protocol), name);
}

/// The new protocol would take a request's body for its own first bytes.
bool has_body(request_rec *r) {
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    return apr_table_get(r->headers_in, "Transfer-Encoding") != nullptr ||
           (length != nullptr && strcmp(length, "0") != 0);
}

/// A callable that fails accepts nothing: httpd answers the request as if the client had not asked for another
/// protocol.
bool accepts(const Named &named, request_rec *r) {
    bool accepted = false;
    return !named.second_demanded || (call_socket(r, accept_kind, named.second, {},
                                                  [&](py::borrowed result) {
                                                      accepted = result == Py_True;
                                                      return accepted || result == Py_False;
                                                  }) &&
                                      accepted);
}

/// During a TLS handshake (`r` is null) there is no request to refuse.
int propose(conn_rec *c,
            request_rec *r,
            server_rec *,
            const apr_array_header_t *offers,
            apr_array_header_t *proposals) noexcept {
    if (c->master != nullptr || offers == nullptr || chosen(c) != nullptr ||
        (r != nullptr && (r->main != nullptr || has_body(r))))
        return DECLINED;
    for (int index = 0; index < offers->nelts; ++index) {
        const Named *named = protocol_of(APR_ARRAY_IDX(offers, index, const char *));
        if (named != nullptr && (r == nullptr || accepts(*named, r)))
            APR_ARRAY_PUSH(proposals, const char *) = named->name;
    }
    return OK;
}

/// After the 101 response the bytes of the connection belong to the protocol: HTTP reads and writes no more.
int speak_instead(const Named &named, conn_rec *c, request_rec *r) {
    ap_remove_input_filter_byhandle(r->input_filters, "http_in");
    ap_remove_output_filter_byhandle(r->output_filters, "HTTP_HEADER");
    speak(named.main, c, r);
    return DONE;
}

int switch_to(conn_rec *c, request_rec *r, server_rec *, const char *name) noexcept {
    const Named *named = protocol_of(name);
    if (named == nullptr)
        return DECLINED;
    apr_table_setn(c->notes, chosen_note, named->name);
    return r == nullptr ? OK : speak_instead(*named, c, r); // a TLS handshake ends first, then `process` runs
}

const char *spoken(const conn_rec *c) noexcept { return chosen(c); }

/// Speaks the protocol that a TLS handshake has chosen.
int process(conn_rec *c) noexcept {
    const char *name = c->master != nullptr ? nullptr : chosen(c);
    if (name == nullptr)
        return DECLINED;
    speak(protocol_of(name)->main, c, nullptr);
    return close_after(c);
}

void attach() {
    ap_hook_protocol_propose(&propose, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_protocol_switch(&switch_to, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_protocol_get(&spoken, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_process_connection(&process, order_after, order_before, APR_HOOK_MIDDLE);
}

} // namespace

const char *offer_protocol(apr_pool_t *, const char *name, std::size_t) {
    for (const char *taken : {"http/1.1", "http/1.0", "h2", "h2c"})
        if (ap_cstr_casecmp(name, taken) == 0)
            return "httpd speaks it itself: choose another name";
    if (ap_cstr_casecmp(name, "websocket") == 0) // httpd removes the header that answers the handshake
        return "httpd can't answer a handshake of WebSocket here: write PyHookASGI or PyHookASGIAlias";
    if (apache::first_time("pyhook:protocols"))
        attach();
    return nullptr;
}

} // namespace pyhook
