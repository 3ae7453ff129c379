#include "config/other_pythons.h"

#include "config/directive.h"

#include <utility>

namespace pyhook {

namespace {

/// The last line that sets a directive, in whatever section; null if none does.
const ap_directive_t *last_line(const ap_directive_t *line, const char *directive) {
    const ap_directive_t *last = nullptr;
    for (; line != nullptr; line = line->next) {
        if (ap_cstr_casecmp(line->directive, directive) == 0)
            last = line;
        if (const ap_directive_t *inner = last_line(line->first_child, directive))
            last = inner;
    }
    return last;
}

bool says(const ap_directive_t *line, const char *value) {
    return line != nullptr && ap_cstr_casecmp(line->args, value) == 0;
}

bool refuse(const char *problem) {
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, nullptr, "%s", problem);
    return false;
}

bool refuse(const ap_directive_t &line, const char *problem) {
    log_syntax_error(line, problem);
    return false;
}

/// What needs Python in httpd's own children, even where applications run in daemons only, and what we have for it.
constexpr std::pair<const char *, const char *> scripts[] = {
    {"WSGIAccessScript",
     "write PyHookAccessChecker instead of WSGIAccessScript, which starts Python in httpd's children"},
    {"WSGIAuthUserScript",
     "write PyHookAuthnProvider instead of WSGIAuthUserScript, which starts Python in httpd's children"},
    {"WSGIAuthGroupScript",
     "write PyHookAuthzProvider instead of WSGIAuthGroupScript, which starts Python in httpd's children"},
};

/// Its daemons are processes of their own.
bool check_mod_wsgi() {
    if (!says(last_line(ap_conftree, "WSGIRestrictEmbedded"), "On"))
        return refuse("mod_wsgi is loaded too, and both would start Python in httpd's children: with "
                      "WSGIRestrictEmbedded On it serves in its daemons only; or take one LoadModule line away");
    if (const ap_directive_t *line = last_line(ap_conftree, "WSGILazyInitialization"); says(line, "Off"))
        return refuse(*line, "mod_wsgi would start Python in httpd's parent, and every child would inherit it: "
                             "take WSGILazyInitialization Off away");
    for (const auto &[directive, problem] : scripts)
        if (const ap_directive_t *line = last_line(ap_conftree, directive))
            return refuse(*line, problem);
    return true;
}

} // namespace

bool check_other_pythons() {
    if (ap_find_linked_module("mod_python.c") != nullptr)
        return refuse(
            "mod_python is loaded too, and both would start Python in one process: take one LoadModule line away");
    return ap_find_linked_module("mod_wsgi.c") == nullptr || check_mod_wsgi();
}

} // namespace pyhook
