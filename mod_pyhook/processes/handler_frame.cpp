#include "apache/module_notes.h"
#include "apache/place.h"
#include "apache/trace.h"

#include "config/config.h"
#include "processes/request_frame.h"
#include "processes/strings.h"

#include <vector>

namespace pyhook::processes {

namespace {

/// A field that is None is left out.
void add(Strings &strings, const char *name, const char *value) {
    if (value != nullptr)
        strings.add(name, value);
}

void add(Strings &strings, const char *name, apr_int64_t value) { strings.add(name, std::to_string(value)); }

const char *log_id_of(request_rec *r) {
    if (r->log_id == nullptr)
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    return r->log_id;
}

void add_line(Strings &strings, request_rec *r) {
    add(strings, "the_request", r->the_request);
    add(strings, "method", r->method);
    add(strings, "unparsed_uri", r->unparsed_uri);
    add(strings, "uri", r->uri);
    add(strings, "args", r->args);
    add(strings, "path_info", r->path_info);
    add(strings, "protocol", r->protocol);
    add(strings, "proto_num", r->proto_num);
    add(strings, "hostname", r->hostname);
    add(strings, "header_only", r->header_only);
    add(strings, "range", apr_table_get(r->headers_in, "Range"));
}

void add_place(Strings &strings, request_rec *r, const Mount &mount) {
    strings.add("path_below", r->uri + apache::length_to(mount.place, r));
    add(strings, "filename", r->filename);
    add(strings, "canonical_filename", r->canonical_filename);
    strings.add("file_type", apache::name_of(r->finfo.filetype));
    add(strings, "file_size", r->finfo.filetype == APR_NOFILE ? 0 : r->finfo.size);
    add(strings, "document_root", ap_document_root(r));
    add(strings, "context_prefix", ap_context_prefix(r));
    add(strings, "context_document_root", ap_context_document_root(r));
    add(strings, "handler", r->handler);
    add(strings, "proxyreq", r->proxyreq);
    add(strings, "server_name", ap_get_server_name(r));
    add(strings, "port", ap_get_server_port(r));
    add(strings, "local_ip", r->connection->local_ip);
    add(strings, "limit_request_body", ap_get_limit_req_body(r));
}

void add_client(Strings &strings, request_rec *r) {
    add(strings, "user", r->user);
    add(strings, "auth_type", r->ap_auth_type);
    add(strings, "auth_name", ap_auth_name(r));
    add(strings, "useragent_ip", r->useragent_ip);
    add(strings, "useragent_port", r->useragent_addr->port);
    add(strings, "remote_host", ap_get_useragent_host(r, REMOTE_HOST, nullptr));
    add(strings, "is_https", ap_ssl_conn_is_ssl(r->connection));
}

/// What httpd knows of the response before there is one, and of the request as a whole.
void add_response(Strings &strings, request_rec *r) {
    add(strings, "status", r->status);
    add(strings, "status_line", r->status_line);
    add(strings, "content_type", r->content_type);
    add(strings, "content_encoding", r->content_encoding);
    for (const char *language : apache::elements<const char *>(r->content_languages))
        add(strings, "content_languages", language);
    add(strings, "mtime", r->mtime);
    add(strings, "no_cache", r->no_cache);
    add(strings, "no_local_copy", r->no_local_copy);
    add(strings, "request_time", r->request_time);
    add(strings, "log_id", log_id_of(r));
    add(strings, "traceparent", apache::traceparent_of(r));
    add(strings, "is_initial", ap_is_initial_req(r));
}

void add_table(Strings &strings, const char *name, const apr_table_t *table) {
    const auto entries = apache::entries(table);
    strings.add(name, std::to_string(entries.size()));
    for (const auto &entry : entries)
        strings.add(entry.key, entry.val == nullptr ? "" : entry.val);
}

/// mod_auth_form keeps what a user has written in a note of this name.
bool is_password(std::string_view name) noexcept {
    constexpr std::string_view end = "-pw";
    return name.size() >= end.size() && apache::same_name(name.substr(name.size() - end.size()), end);
}

void add_notes(Strings &strings, const apr_table_t *notes) {
    std::vector<const apr_table_entry_t *> open;
    for (const auto &entry : apache::entries(notes))
        if (!apache::is_module_note(entry.key) && !is_password(entry.key))
            open.push_back(&entry);
    strings.add("notes", std::to_string(open.size()));
    for (const apr_table_entry_t *entry : open)
        strings.add(entry->key, entry->val == nullptr ? "" : entry->val);
}

} // namespace

std::string handler_frame(request_rec *r, const Mount &mount) {
    Strings strings;
    const DirConfig &config = DirConfig::of(r->per_dir_config);
    strings.add("handler " + name_of(*mount.application));
    strings.add(config.reload.value ? "r" : "");
    add_line(strings, r);
    add_place(strings, r, mount);
    add_client(strings, r);
    add_response(strings, r);
    strings.add("");
    add_table(strings, "headers_in", r->headers_in);
    add_table(strings, "headers_out", r->headers_out);
    add_table(strings, "err_headers_out", r->err_headers_out);
    add_table(strings, "trailers_in", r->trailers_in);
    add_table(strings, "trailers_out", r->trailers_out);
    add_table(strings, "subprocess_env", r->subprocess_env);
    add_notes(strings, r->notes);
    add_table(strings, "options", config.options);
    return std::move(strings).frame(FrameType::handler);
}

} // namespace pyhook::processes
