#include "processes/request_frame.h"

#include "apache/table.h"

#include "config/config.h"
#include "gateway/scope.h"
#include "gateway/tls.h"
#include "processes/strings.h"
#include "websocket/handshake.h"

#include <algorithm>
#include <vector>

namespace pyhook::processes {

namespace {

struct Header {
    std::string_view name;
    gateway::HeaderKey key;
    std::string value;
};

/// The headers that an application gets to see; those of one name are joined.
std::vector<Header> headers_of(const request_rec *r, const gateway::BodyLength &length) {
    std::vector<Header> headers;
    for (const auto &entry : apache::entries(r->headers_in)) {
        gateway::HeaderKey key = gateway::key_of(entry.key);
        if (!gateway::is_shown(key.kind, r, length))
            continue;
        const auto same =
            std::find_if(headers.begin(), headers.end(), [&](const Header &each) { return each.key.key == key.key; });
        if (same == headers.end())
            headers.push_back({entry.key, std::move(key), entry.val});
        else if (key.kind == gateway::Kind::field)
            same->value.append(gateway::joint(entry.key)).append(entry.val);
        else
            same->value = entry.val;
    }
    return headers;
}

bool is_known(std::string_view name) {
    const auto is_it = [name](const gateway::Variable &variable) { return name == variable.key; };
    return std::any_of(std::begin(gateway::lasting), std::end(gateway::lasting), is_it) ||
           std::any_of(std::begin(gateway::common), std::end(gateway::common), is_it) ||
           std::any_of(std::begin(gateway::empty), std::end(gateway::empty),
                       [name](const char *one) { return name == one; }) ||
           name == "SCRIPT_FILENAME";
}

/// A letter for each fact: l, the length of the body is known (otherwise wsgi.input_terminated is set); b, there is a
/// body; w, a WebSocket is asked for; r, edited code is to be loaded.
std::string marks_of(const request_rec *r, const char *fact) {
    return std::string(fact) + (DirConfig::of(r->per_dir_config).reload.value ? "r" : "");
}

/// Nothing is added for what is not known.
void add_tls(Strings &strings, request_rec *r) {
    const std::optional<gateway::Tls> tls = gateway::tls_of(r);
    if (!tls)
        return;
    const auto add = [&strings](const char *name, const char *value) {
        if (value != nullptr)
            strings.add(name, value);
    };
    strings.add("tls", "");
    add("tls.server_cert", gateway::server_certificate(r));
    for (const char *each : tls->client_chain)
        add("tls.client_cert_chain", each);
    add("tls.client_cert_name", tls->client_name);
    add("tls.client_cert_error", tls->client_error);
    if (tls->version)
        strings.add("tls.tls_version", std::to_string(*tls->version));
    if (tls->cipher_suite)
        strings.add("tls.cipher_suite", std::to_string(*tls->cipher_suite));
}

} // namespace

std::string name_of(const Target &target) {
    return std::string(target.file != nullptr ? target.file : target.module) + ":" + target.attribute +
           (target.use == Use::factory ? "()" : "");
}

/// Of several values of one name the process takes the last one.
std::string request_frame(request_rec *r, const Mount &mount, const gateway::BodyLength &length) {
    const gateway::Source source(r, mount.place);
    Strings strings;
    strings.add(name_of(*mount.application));
    strings.add(marks_of(r, length.is_known(r) ? "l" : ""));
    for (const char *name : gateway::empty)
        strings.add(name, "");
    for (const auto &variable : apache::entries(r->subprocess_env))
        if (!gateway::is_reserved(variable.key) && !is_known(variable.key))
            strings.add(variable.key, gateway::text(variable.val));
    if (mount.application->file != nullptr)
        strings.add("SCRIPT_FILENAME", mount.application->file);
    for (const std::span<const gateway::Variable> table :
         {std::span<const gateway::Variable>(gateway::common), std::span<const gateway::Variable>(gateway::lasting),
          std::span<const gateway::Variable>(gateway::passing)})
        for (const gateway::Variable &variable : table)
            if (const std::string_view value = variable.value(source); value.data() != nullptr)
                strings.add(variable.key, value);
    for (const Header &header : headers_of(r, length))
        strings.add(header.key.key, header.value);
    if (length.received)
        strings.add("CONTENT_LENGTH", std::to_string(*length.received));
    return std::move(strings).frame(FrameType::request);
}

std::string scope_frame(request_rec *r, const Mount &mount, Scope scope) {
    Strings strings;
    strings.add("asgi " + name_of(*mount.application));
    const bool is_websocket = scope == Scope::websocket;
    strings.add(marks_of(r, is_websocket ? "w" : ap_request_has_body(r) != 0 ? "b" : ""));
    if (is_websocket)
        for (const std::string &each : websocket::subprotocols(r))
            strings.add("subprotocol", each);
    strings.add("http_version", gateway::http_version(r));
    strings.add("method", r->method);
    strings.add("scheme", gateway::scheme(r));
    strings.add("path", r->uri);
    strings.add("raw_path", gateway::raw_path(r));
    strings.add("query_string", r->args == nullptr ? "" : r->args);
    strings.add("root_path", std::string_view(r->uri).substr(0, apache::length_to(mount.place, r)));
    strings.add("client", r->useragent_ip);
    strings.add("client.port", std::to_string(r->useragent_addr->port));
    strings.add("server", ap_get_server_name(r));
    strings.add("server.port", std::to_string(ap_get_server_port(r)));
    add_tls(strings, r);
    strings.add("");
    for (const auto &entry : apache::entries(r->headers_in))
        if (!apache::same_name(entry.key, "Authorization") || !gateway::keeps_authorization(r))
            strings.add(gateway::lower(entry.key), entry.val);
    return std::move(strings).frame(FrameType::scope);
}

} // namespace pyhook::processes
