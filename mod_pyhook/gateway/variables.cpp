#include "gateway/variables.h"

#include "apache/body.h"
#include "apache/table.h"

#include "config/config.h"

#include <algorithm>

namespace pyhook::gateway {

namespace {

struct Special {
    const char *name;
    const char *key;
    Kind kind;
};

constexpr Special specials[] = {
    {"Authorization", "HTTP_AUTHORIZATION", Kind::authorization},
    {"Content-Length", "CONTENT_LENGTH", Kind::content_length},
    {"Content-Type", "CONTENT_TYPE", Kind::content_type},
    {"Transfer-Encoding", "HTTP_TRANSFER_ENCODING", Kind::coding},
    {"Proxy", "", Kind::none}, // HTTP_PROXY would redirect what the application fetches
    {"Proxy-Authorization", "", Kind::none},
};

char upper(char byte) { return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte; }

/// In an environ, X_User and X.User would both look like X-User.
bool is_plain(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](unsigned char byte) { return apr_isalnum(byte) || byte == '-'; });
}

bool says_https(request_rec *r) {
    const char *variable = apr_table_get(r->subprocess_env, "HTTPS");
    return variable != nullptr && (ap_cstr_casecmp(variable, "on") == 0 || strcmp(variable, "1") == 0);
}

/// True if a filter that may change the body stands above the filters that read it from the connection.
bool has_content_filter(const request_rec *r) { return r->input_filters->frec->ftype < AP_FTYPE_PROTOCOL; }

} // namespace

const char *scheme(request_rec *r) { return says_https(r) ? "https" : ap_http_scheme(r); }

bool keeps_authorization(const request_rec *r) {
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    return r->ap_auth_type != nullptr && core->cgi_pass_auth != AP_CGI_PASS_AUTH_ON;
}

const char *redirect_url(request_rec *r) {
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(r->per_dir_config));
    if (r->prev == nullptr || core->qualify_redirect_url != AP_CORE_CONFIG_ON)
        return r->prev == nullptr ? nullptr : r->prev->uri;
    return ap_construct_url(r->pool, r->prev->uri, r->prev);
}

Source::Source(request_rec *r, const apache::Place &place)
    : r(r), script_name(r->uri), scheme(gateway::scheme(r)), port(ap_get_server_port(r)) {
    const std::size_t script = apache::length_to(place, r);
    path_info = script_name.substr(script);
    script_name = script_name.substr(0, script);
}

int plan_body(request_rec *r, BodyLength &length, apr_off_t &most) {
    if (apache::has_unknown_coding(r))
        return HTTP_NOT_IMPLEMENTED;
    const auto &limit = DirConfig::of(r->per_dir_config).wsgi_buffer;
    length.as_told = !has_content_filter(r) && apr_table_get(r->headers_in, "Content-Length") != nullptr;
    const bool comes_as_it_is = length.as_told || ap_request_has_body(r) == 0;
    most = comes_as_it_is ? 0 : limit.set ? limit.value : default_wsgi_buffer;
    return OK;
}

HeaderKey key_of(std::string_view header) {
    if (!is_plain(header))
        return {};
    for (const Special &special : specials)
        if (apache::same_name(header, special.name))
            return {special.kind, special.key};
    HeaderKey made{Kind::field, "HTTP_"};
    for (const char byte : header)
        made.key += byte == '-' ? '_' : upper(byte);
    return made;
}

std::string_view joint(std::string_view header) { return apache::same_name(header, "Cookie") ? "; " : ", "; }

} // namespace pyhook::gateway
