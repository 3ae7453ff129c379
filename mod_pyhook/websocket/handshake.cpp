#include "websocket/handshake.h"

#include "apache/table.h"

#include <apr_base64.h>
#include <apr_sha1.h>

#include <algorithm>

namespace pyhook::websocket {

namespace {

constexpr const char *guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

const char *header(request_rec *r, const char *name) { return apr_table_get(r->headers_in, name); }

/// True for sixteen bytes in Base64.
bool is_key(const char *key) {
    constexpr std::size_t length = 24;
    if (key == nullptr || strlen(key) != length || strcmp(key + length - 2, "==") != 0)
        return false;
    for (std::size_t at = 0; at < length - 2; ++at)
        if (!apr_isalnum(key[at]) && key[at] != '+' && key[at] != '/')
            return false;
    return true;
}

const char *accept_value(request_rec *r) {
    const char *text = apr_pstrcat(r->pool, header(r, "Sec-WebSocket-Key"), guid, nullptr);
    apr_sha1_ctx_t context;
    unsigned char digest[APR_SHA1_DIGESTSIZE];
    apr_sha1_init(&context);
    apr_sha1_update(&context, text, static_cast<unsigned>(strlen(text)));
    apr_sha1_final(digest, &context);
    char *encoded =
        static_cast<char *>(apr_palloc(r->pool, static_cast<apr_size_t>(apr_base64_encode_len(sizeof(digest)))));
    apr_base64_encode_binary(encoded, digest, sizeof(digest));
    return encoded;
}

} // namespace

bool is_asked_for(request_rec *r) {
    return ap_find_token(r->pool, header(r, "Upgrade"), "websocket") != 0 &&
           ap_find_token(r->pool, header(r, "Connection"), "upgrade") != 0;
}

namespace {

/// A stream of HTTP/2 is open in both directions (RFC 8441), for which mod_http2 has a Transfer-Encoding.
bool has_body(request_rec *r) { return r->connection->master == nullptr && ap_request_has_body(r) != 0; }

} // namespace

int check(request_rec *r) {
    const char *version = header(r, "Sec-WebSocket-Version");
    if (r->method_number != M_GET || r->header_only != 0 || r->proto_num < HTTP_VERSION(1, 1) || has_body(r) ||
        !is_key(header(r, "Sec-WebSocket-Key")))
        return HTTP_BAD_REQUEST;
    if (version != nullptr && strcmp(version, "13") == 0)
        return OK;
    apr_table_setn(r->err_headers_out, "Sec-WebSocket-Version", "13");
    return HTTP_UPGRADE_REQUIRED;
}

std::vector<std::string> subprotocols(request_rec *r) {
    std::vector<std::string> names;
    const char *offered = header(r, "Sec-WebSocket-Protocol");
    while (offered != nullptr && *offered != '\0')
        if (const char *name = ap_get_token(r->pool, &offered, 0); *name != '\0')
            names.emplace_back(name);
        else if (*offered != '\0')
            ++offered;
    return names;
}

bool offers(request_rec *r, std::string_view subprotocol) {
    const std::vector<std::string> offered = subprotocols(r);
    return std::find(offered.begin(), offered.end(), subprotocol) != offered.end();
}

std::optional<DeflateTerms> accept(request_rec *r, const char *subprotocol) {
    const char *extensions = header(r, "Sec-WebSocket-Extensions");
    const std::optional<DeflateTerms> terms = extensions == nullptr ? std::nullopt : accept_offer(extensions);
    r->content_type = nullptr;
    apr_table_unset(r->headers_out, "Content-Length"); // RFC 9110, 8.6
    apr_table_setn(r->headers_out, "Upgrade", "websocket");
    apr_table_setn(r->headers_out, "Connection", "Upgrade");
    apr_table_setn(r->headers_out, "Sec-WebSocket-Accept", accept_value(r));
    if (subprotocol == nullptr)
        subprotocol = apr_table_get(r->headers_out, "Sec-WebSocket-Protocol");
    apr_table_unset(r->headers_out, "Sec-WebSocket-Protocol"); // a client fails on one that it does not offer
    if (subprotocol != nullptr && offers(r, subprotocol))
        apr_table_setn(r->headers_out, "Sec-WebSocket-Protocol", subprotocol);
    apr_table_unset(r->headers_out, "Sec-WebSocket-Extensions");
    if (terms)
        apr_table_set(r->headers_out, "Sec-WebSocket-Extensions", terms->header().c_str());
    r->status = HTTP_SWITCHING_PROTOCOLS;
    r->status_line = nullptr;
    ap_send_interim_response(r, 1);
    r->connection->keepalive = AP_CONN_CLOSE;
    r->input_filters = r->proto_input_filters = r->connection->input_filters;
    r->output_filters = r->proto_output_filters = r->connection->output_filters;
    return terms;
}

} // namespace pyhook::websocket
