/* other_modules/mod_greeting.c: a module in C whose handler answers with what a Python callable gives. */
#include "mod_pyhook.h"

#include <http_config.h>
#include <http_protocol.h>

module AP_MODULE_DECLARE_DATA greeting_module;

static void *create_dir(apr_pool_t *pool, char *place) { return apr_pcalloc(pool, sizeof(const char *)); }

static const char *set_callable(cmd_parms *cmd, void *place, const char *word) {
    APR_OPTIONAL_FN_TYPE(pyhook_problem) *problem = APR_RETRIEVE_OPTIONAL_FN(pyhook_problem);
    *(const char **)place = word;
    return problem == NULL ? "GreetingFrom needs mod_pyhook: load it before mod_greeting" : problem(cmd->pool, word);
}

static int handle(request_rec *r) {
    APR_OPTIONAL_FN_TYPE(pyhook_call) *call = APR_RETRIEVE_OPTIONAL_FN(pyhook_call);
    const char *callable = *(const char **)ap_get_module_config(r->per_dir_config, &greeting_module), *text = NULL;
    if (callable == NULL || call == NULL)
        return DECLINED;
    const int status = call(r, callable, r->args, &text);
    if (status == OK && text != NULL)
        ap_rputs(text, r);
    return status;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("GreetingFrom", set_callable, NULL, ACCESS_CONF, "module:callable"), {NULL}};

static void hooks(apr_pool_t *pool) { ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE); }

AP_DECLARE_MODULE(greeting) = {STANDARD20_MODULE_STUFF, create_dir, NULL, NULL, NULL, directives, hooks};
