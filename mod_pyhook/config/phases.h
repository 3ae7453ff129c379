// config/phases.h: THE phase table. Directive, hook, Python name, run rule and help of a phase all come from its row.
#pragma once

#include "apache/httpd.h"

#include <array>
#include <string_view>
#include <variant>

namespace pyhook {

/// httpd's rule for a hook with several functions: the first answer ends it, or all run until one fails.
enum class Run { first, all };

/// What a phase does with a callable's result beyond the common rule.
enum class Result {
    plain,
    content, // a body may be returned, None is OK, a 2xx status is an answer
    early,   // the same, but None leaves the request to others
    nothing, // httpd takes no answer: an error is only remembered
    logging, // an error must not keep other modules from logging
};

using RequestHook = int(request_rec *);
using VoidHook = void(request_rec *);
using LookupHook = int(request_rec *, int);
using SchemeHook = int(request_rec *, const char *);

template <class Hook> using Attach = void(Hook *, const char *const *before, const char *const *after, int order);

/// Decisions by URI are made anew for every URI: a sub-request or an internal redirect can't slip past them.
template <auto attach> void per_uri(RequestHook *hook, const char *const *before, const char *const *after, int order) {
    attach(hook, before, after, order, AP_AUTH_INTERNAL_PER_URI);
}

namespace order {
inline constexpr const char *mod_alias[] = {"mod_alias.c", nullptr};
inline constexpr const char *mod_mime[] = {"mod_mime.c", "mod_negotiation.c", nullptr};
inline constexpr const char *mod_auth[] = {"mod_auth_basic.c", "mod_auth_digest.c", "mod_auth_form.c", nullptr};
inline constexpr const char *mod_env[] = {"mod_env.c", nullptr};
inline constexpr const char *mod_log[] = {"mod_log_config.c", nullptr};
} // namespace order

struct Phase {
    const char *name; // in Python, and in log entries
    const char *directive;
    std::variant<Attach<RequestHook> *, Attach<VoidHook> *, Attach<LookupHook> *, Attach<SchemeHook> *> attach;
    Run run;
    Result result;
    int where;                  // the contexts httpd allows the directive in
    const char *const *follow;  // modules whose function runs before ours
    const char *const *precede; // modules whose function runs after ours
    const char *help;
};

inline constexpr bool makes_content(Result result) { return result == Result::content || result == Result::early; }

inline constexpr int server_only = RSRC_CONF;
inline constexpr int by_uri = RSRC_CONF | ACCESS_CONF; // asked before a file is known: <Location> only
inline constexpr int anywhere = RSRC_CONF | ACCESS_CONF | OR_FILEINFO;
inline constexpr int for_auth = RSRC_CONF | ACCESS_CONF | OR_AUTHCFG;

// clang-format off
inline constexpr Phase phases[] = {
    {"post_read_request",   "PyHookPostReadRequest",   ap_hook_post_read_request,        Run::all,   Result::plain,   server_only, nullptr,        nullptr,          "The headers have been read."},
    {"quick_handler",       "PyHookQuickHandler",      ap_hook_quick_handler,            Run::first, Result::early,   server_only, nullptr,        nullptr,          "Answer before anything else, access control included."},
    {"pre_translate_name",  "PyHookPreTranslateName",  ap_hook_pre_translate_name,       Run::first, Result::plain,   by_uri,      nullptr,        nullptr,          "Look at the URI before it is decoded."},
    {"translate_name",      "PyHookTranslateName",     ap_hook_translate_name,           Run::first, Result::plain,   server_only, nullptr,        order::mod_alias, "Map the URI to a file."},
    {"map_to_storage",      "PyHookMapToStorage",      ap_hook_map_to_storage,           Run::first, Result::plain,   server_only, nullptr,        nullptr,          "Replace the walk through directories and files."},
    {"post_perdir_config",  "PyHookPostPerdirConfig",  ap_hook_post_perdir_config,       Run::all,   Result::plain,   anywhere,    nullptr,        nullptr,          "The configuration of the location is known."},
    {"header_parser",       "PyHookHeaderParser",      ap_hook_header_parser,            Run::all,   Result::plain,   anywhere,    nullptr,        nullptr,          "Look at the headers, knowing the location."},
    {"access_checker",      "PyHookAccessChecker",     per_uri<ap_hook_check_access>,    Run::all,   Result::plain,   for_auth,    nullptr,        nullptr,          "May this client come here at all?"},
    {"access_checker_ex",   "PyHookAccessCheckerEx",   per_uri<ap_hook_check_access_ex>, Run::first, Result::plain,   for_auth,    nullptr,        nullptr,          "May it come here without a login?"},
    {"check_authn",         "PyHookCheckAuthn",        per_uri<ap_hook_check_authn>,     Run::first, Result::plain,   for_auth,    nullptr,        order::mod_auth,  "Who is this? Sets req.user."},
    {"note_auth_failure",   "PyHookNoteAuthFailure",   ap_hook_note_auth_failure,        Run::first, Result::plain,   for_auth,    nullptr,        nullptr,          "Ask the client for a login: set WWW-Authenticate."},
    {"check_authz",         "PyHookCheckAuthz",        per_uri<ap_hook_check_authz>,     Run::first, Result::plain,   for_auth,    nullptr,        nullptr,          "May this user come here?"},
    {"type_checker",        "PyHookTypeChecker",       ap_hook_type_checker,             Run::first, Result::plain,   anywhere,    nullptr,        order::mod_mime,  "Choose the content type or the handler."},
    {"fixups",              "PyHookFixups",            ap_hook_fixups,                   Run::all,   Result::plain,   anywhere,    order::mod_env, nullptr,          "The last chance before the content is made."},
    {"insert_filter",       "PyHookInsertFilter",      ap_hook_insert_filter,            Run::all,   Result::nothing, anywhere,    nullptr,        nullptr,          "Add filters to the response."},
    {"insert_error_filter", "PyHookInsertErrorFilter", ap_hook_insert_error_filter,      Run::all,   Result::nothing, anywhere,    nullptr,        nullptr,          "Add filters to a response that reports an error."},
    {"handler",             "PyHookHandler",           ap_hook_handler,                  Run::first, Result::content, anywhere,    nullptr,        nullptr,          "Make the content."},
    {"log_transaction",     "PyHookLogTransaction",    ap_hook_log_transaction,          Run::all,   Result::logging, anywhere,    nullptr,        order::mod_log,   "The response has been sent."},
};
// clang-format on

inline constexpr std::size_t phase_count = std::size(phases);

/// The position of a phase in the table; a name that is not there does not compile.
consteval std::size_t phase_index(std::string_view name) {
    for (std::size_t index = 0; index < phase_count; ++index)
        if (name == phases[index].name)
            return index;
    throw "no such phase";
}

} // namespace pyhook
