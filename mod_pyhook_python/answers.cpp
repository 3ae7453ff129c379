#include "answers.h"

#include "config.h"

#include <array>
#include <string>

namespace mod_python {

namespace {

const char *settings(request_rec *r, server_rec *s, const char *) {
    const char *text = DirConfig::of(r == nullptr ? s->lookup_defaults : r->per_dir_config).settings;
    return text == nullptr ? "" : text;
}

const char *imports(request_rec *, server_rec *s, const char *) { return ServerConfig::of(s).imports; }

const char *connection(request_rec *, server_rec *s, const char *) { return ServerConfig::of(s).connection; }

/// A number of the request, with what sets it if Python may.
struct Number {
    const char *name;
    apr_int64_t (*get)(const request_rec &r);
    void (*set)(request_rec &r, int value) = nullptr;
};

apr_int64_t wide(apr_int64_t value) { return value; }

constexpr Number numbers[] = {
    {"allowed", [](const request_rec &r) { return wide(r.allowed); }},
    {"assbackwards", [](const request_rec &r) { return wide(r.assbackwards); },
     [](request_rec &r, int value) { r.assbackwards = value != 0 ? 1 : 0; }},
    {"chunked", [](const request_rec &r) { return wide(r.chunked); },
     [](request_rec &r, int value) { r.chunked = value != 0 ? 1 : 0; }},
    {"clength", [](const request_rec &r) { return wide(r.clength); }},
    {"eos_sent", [](const request_rec &r) { return wide(r.eos_sent); }},
    {"expecting_100", [](const request_rec &r) { return wide(r.expecting_100); }},
    {"method_number", [](const request_rec &r) { return wide(r.method_number); }},
    {"read_body", [](const request_rec &r) { return wide(r.read_body); }},
    {"read_chunked", [](const request_rec &r) { return wide(r.read_chunked); }},
    {"read_length", [](const request_rec &r) { return wide(r.read_length); }},
    {"remaining", [](const request_rec &r) { return wide(r.remaining); }},
    {"sent_bodyct", [](const request_rec &r) { return wide(r.sent_bodyct); }},
    {"used_path_info", [](const request_rec &r) { return wide(r.used_path_info); },
     [](request_rec &r, int value) { r.used_path_info = value; }},
};

/// "name" gives the number, "name=1" sets it.
const char *number(request_rec *r, server_rec *, const char *text) {
    const std::size_t length = strcspn(text, "=");
    for (const Number &row : numbers)
        if (r != nullptr && strlen(row.name) == length && strncmp(row.name, text, length) == 0) {
            if (text[length] == '=' && row.set != nullptr)
                row.set(*r, atoi(text + length + 1));
            return apr_psprintf(r->pool, "%" APR_INT64_T_FMT, row.get(*r));
        }
    return nullptr;
}

const char *list_of(apr_pool_t *pool, const apr_array_header_t *array) {
    const char *text = "";
    for (int index = 0; array != nullptr && index < array->nelts; ++index)
        text = apr_pstrcat(pool, text, APR_ARRAY_IDX(array, index, const char *), record_mark, nullptr);
    return text;
}

/// The methods of the Allow header that httpd knows by a number.
const char *allowed_methods(request_rec *r) {
    const char *text = list_of(r->pool, r->allowed_methods == nullptr ? nullptr : r->allowed_methods->method_list);
    for (int method = 0; r->allowed_methods != nullptr && method < METHODS; ++method)
        if (method != M_INVALID && (r->allowed_methods->method_mask & (AP_METHOD_BIT << method)) != 0)
            text = apr_pstrcat(r->pool, ap_method_name_of(r->pool, method), record_mark, text, nullptr);
    return text;
}

const char *parsed_uri(request_rec *r) {
    const apr_uri_t &uri = r->parsed_uri;
    const char *text = "";
    for (const char *part : std::array<const char *, 9>{uri.scheme, uri.hostinfo, uri.user, uri.password, uri.hostname,
                                                        uri.port_str, uri.path, uri.query, uri.fragment})
        text =
            apr_pstrcat(r->pool, text, part == nullptr ? "" : "=", part == nullptr ? "" : part, record_mark, nullptr);
    return text;
}

/// A handler has chosen another file, and gives what httpd knows of it.
const char *look_at(request_rec *r, const char *file) {
    apr_stat(&r->finfo, file, APR_FINFO_MIN, r->pool);
    return "";
}

/// A text of the request.
const char *text(request_rec *r, server_rec *, const char *name) {
    if (r == nullptr)
        return strcmp(name, "magic") == 0
                   ? APR_STRINGIFY(MODULE_MAGIC_NUMBER_MAJOR) "." APR_STRINGIFY(MODULE_MAGIC_NUMBER_MINOR)
                   : nullptr;
    if (strncmp(name, "stat=", 5) == 0)
        return look_at(r, name + 5);
    if (strcmp(name, "allowed_methods") == 0)
        return allowed_methods(r);
    if (strcmp(name, "auth_type") == 0)
        return ap_auth_type(r);
    if (strcmp(name, "parsed_uri") == 0)
        return parsed_uri(r);
    if (strcmp(name, "vlist_validator") == 0)
        return r->vlist_validator;
    return nullptr;
}

void write_tree(const ap_directive_t *line, int depth, std::string &text) {
    for (; line != nullptr; line = line->next) {
        text += std::to_string(depth) + field_mark + line->directive + field_mark +
                (line->args == nullptr ? "" : line->args) + record_mark;
        write_tree(line->first_child, depth + 1, text);
    }
}

/// httpd forgets its configuration tree when it has read it.
constinit const char *tree = "";

const char *config_tree(request_rec *, server_rec *, const char *) { return tree; }

} // namespace

bool offer_answers() {
    auto *offer = APR_RETRIEVE_OPTIONAL_FN(pyhook_offer);
    offer("mod_python.settings", &settings);
    offer("mod_python.imports", &imports);
    offer("mod_python.connection", &connection);
    offer("mod_python.number", &number);
    offer("mod_python.text", &text);
    offer("mod_python.config_tree", &config_tree);
    std::string text_of_tree;
    write_tree(ap_conftree, 0, text_of_tree);
    tree = apr_pstrdup(ap_server_conf->process->pconf, text_of_tree.c_str());
    return true;
}

} // namespace mod_python
