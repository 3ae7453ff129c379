#include "hooks.h"

#include "answers.h"
#include "config.h"
#include "include.h"

namespace mod_python {

namespace {

constexpr const char *dispatcher = "mod_python.dispatch:request";

/// What req.add_handler() leaves in r->notes: from then on Python is asked in every phase.
constexpr const char *added_note = "mod_python:added";

/// Retrieved when the configuration has been read.
struct Pyhook {
    APR_OPTIONAL_FN_TYPE(pyhook_decide) *decide = nullptr;
    const pyhook_target *dispatch = nullptr;
};
constinit Pyhook pyhook;

constexpr std::size_t init = phase_index("PythonInitHandler");
constexpr std::size_t handler = phase_index("PythonHandler");

int ask(request_rec *r, const Phase &phase, const char *handlers, const char *settings, const char *hook) {
    const char *name = r->server->server_hostname;
    const char *text =
        apr_pstrcat(r->pool, phase.directive, part_mark, handlers == nullptr ? "" : handlers, part_mark,
                    settings == nullptr ? "" : settings, part_mark, name == nullptr ? "" : name, nullptr);
    return pyhook.decide(r, pyhook.dispatch, hook, text);
}

int run(request_rec *r, std::size_t phase, const char *hook) {
    if (pyhook.decide == nullptr)
        return DECLINED;
    const DirConfig &dir = DirConfig::of(r->per_dir_config);
    if (dir.handlers[phase] == nullptr && apr_table_get(r->notes, added_note) == nullptr)
        return DECLINED;
    return ask(r, phases[phase], dir.handlers[phase], dir.settings, hook);
}

template <std::size_t phase> int enter(request_rec *r) { return run(r, phase, phases[phase].hook); }

/// Did a handler of an earlier list end the phase?
bool ends(int status) { return status != OK && status != DECLINED; }

/// Handlers of the server run here; those of a directory, which is not known yet, in header_parser.
int read_request(request_rec *r) {
    const int status = enter<phase_index("PythonPostReadRequestHandler")>(r);
    return ends(status) ? status : run(r, init, phases[phase_index("PythonPostReadRequestHandler")].hook);
}

int parse_headers(request_rec *r) {
    const bool has_run =
        DirConfig::of(r->per_dir_config).handlers[init] == DirConfig::of(r->server->lookup_defaults).handlers[init];
    const int status = has_run ? DECLINED : enter<init>(r);
    return ends(status) ? status : enter<phase_index("PythonHeaderParserHandler")>(r);
}

int handle(request_rec *r) {
    if (r->handler == nullptr || (strcmp(r->handler, "mod_python") != 0 && strcmp(r->handler, "python-program") != 0))
        return DECLINED;
    return enter<handler>(r);
}

int log(request_rec *r) {
    while (r->next != nullptr) // the last one of internal redirects is the one that was answered
        r = r->next;
    enter<phase_index("PythonLogHandler")>(r);
    enter<phase_index("PythonCleanupHandler")>(r);
    return DECLINED;
}

/// httpd leaves out the access phases of a sub-request or an internal redirect that has the same configuration, by its
/// address, as the request before it. Handlers that look at the URI are asked for each one.
int ask_for_this_uri(request_rec *r) {
    const DirConfig &dir = DirConfig::of(r->per_dir_config);
    const bool decides = dir.handlers[phase_index("PythonAccessHandler")] != nullptr ||
                         dir.handlers[phase_index("PythonAuthenHandler")] != nullptr ||
                         dir.handlers[phase_index("PythonAuthzHandler")] != nullptr;
    const auto is_same = [r](const request_rec *other) {
        return other != nullptr && other->per_dir_config == r->per_dir_config;
    };
    if (decides && (is_same(r->prev) || is_same(r->main)))
        r->per_dir_config = ap_merge_per_dir_configs(r->pool, r->per_dir_config, ap_create_per_dir_config(r->pool));
    return DECLINED;
}

/// httpd registers filters only while it reads its configuration. These stand for those that handlers register in
/// their request: as many as one request may have.
bool define_dynamic_filters(apr_pool_t *pool) {
    auto *define = APR_RETRIEVE_OPTIONAL_FN(pyhook_define_filter);
    const char *problem = nullptr;
    for (int number = 1; number <= 4 && problem == nullptr; ++number) {
        const char *name = apr_psprintf(pool, "mod_python.dynamic.%d", number);
        problem = define(pool, 0, name, "mod_python.filters:output");
        if (problem == nullptr)
            problem = define(pool, 1, name, "mod_python.filters:input");
    }
    if (problem != nullptr)
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, nullptr, "mod_pyhook_python: %s", problem);
    return problem == nullptr;
}

int offer_element(apr_pool_t *, apr_pool_t *, apr_pool_t *, server_rec *) {
    offer_include_element(); // mod_include takes elements from now on
    return OK;
}

int retrieve(apr_pool_t *, apr_pool_t *, apr_pool_t *temporary, server_rec *) {
    pyhook = {};
    auto *target_of = APR_RETRIEVE_OPTIONAL_FN(pyhook_target_of);
    if (target_of == nullptr) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, nullptr,
                     "mod_pyhook_python needs mod_pyhook: write LoadModule pyhook_module beside LoadModule "
                     "python_module");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    pyhook.decide = APR_RETRIEVE_OPTIONAL_FN(pyhook_decide);
    pyhook.dispatch = target_of(dispatcher);
    auto *import = APR_RETRIEVE_OPTIONAL_FN(pyhook_import);
    import("mod_python.startup");
    return offer_answers() && define_dynamic_filters(temporary) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

void attach_hooks() {
    static const char *const before_alias[] = {"mod_alias.c", "mod_userdir.c", nullptr};
    static const char *const before_auth[] = {"mod_auth_basic.c", "mod_auth_digest.c", "mod_auth_form.c", nullptr};
    static const char *const before_mime[] = {"mod_mime.c", nullptr};
    ap_hook_check_config(&retrieve, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_post_config(&offer_element, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_post_read_request(&read_request, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_translate_name(&enter<phase_index("PythonTransHandler")>, nullptr, before_alias, APR_HOOK_MIDDLE);
    ap_hook_post_perdir_config(&ask_for_this_uri, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    ap_hook_header_parser(&parse_headers, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_access_checker(&enter<phase_index("PythonAccessHandler")>, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_check_user_id(&enter<phase_index("PythonAuthenHandler")>, nullptr, before_auth, APR_HOOK_MIDDLE);
    ap_hook_auth_checker(&enter<phase_index("PythonAuthzHandler")>, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_type_checker(&enter<phase_index("PythonTypeHandler")>, nullptr, before_mime, APR_HOOK_MIDDLE);
    ap_hook_fixups(&enter<phase_index("PythonFixupHandler")>, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_handler(&handle, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(&log, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace mod_python
