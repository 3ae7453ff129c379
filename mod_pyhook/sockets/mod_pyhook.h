/* mod_pyhook.h: what other modules of httpd may ask of mod_pyhook. They need not be linked with it, nor with Python:
 *
 *     APR_OPTIONAL_FN_TYPE(pyhook_call) *call = APR_RETRIEVE_OPTIONAL_FN(pyhook_call);
 *
 * gives the function, or NULL where mod_pyhook is not loaded. Retrieve it when the configuration has been read, in a
 * hook of post_config or optional_fn_retrieve for example. A callable is named as the directives do: "module:callable".
 *
 * Children start no Python if the configuration runs it only in processes of its own (PyHookProcesses). A module that
 * calls Python then tells so by pyhook_target_of.
 */
#ifndef MOD_PYHOOK_H
#define MOD_PYHOOK_H

/* http_config.h needs the types of httpd.h. */
/* clang-format off */
#include <httpd.h>
#include <http_config.h>
#include <apr_optional.h>
/* clang-format on */

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong with `callable` as "module:callable", or NULL. For a directive: nothing is imported. */
APR_DECLARE_OPTIONAL_FN(const char *, pyhook_problem, (apr_pool_t * pool, const char *callable));

/* Does Python run, in this child and for the request's location? Where it does not, the error log says why. */
APR_DECLARE_OPTIONAL_FN(int, pyhook_runs, (request_rec * r));

/* Calls the callable with the request and the text, or with the request alone if that is NULL. A str, a number or a
 * bool that it returns becomes `*answer`, in r->pool; None becomes NULL. Gives OK; or a status of HTTP, that of an
 * HTTPError or 500 with the reason in the error log, and `*answer` is NULL; `answer` itself never is. A return value
 * that is not OK must not be taken for consent.
 *
 * To be called by the thread that serves the request. `callable` is a word of the configuration or of the module's own
 * source, never of a client's: it chooses the code that runs, and each different one is remembered. */
APR_DECLARE_OPTIONAL_FN(int,
                        pyhook_call,
                        (request_rec * r, const char *callable, const char *text, const char **answer));

/* A callable that is looked up once rather than in each request. NULL if `callable` is not "module:callable". To be
 * called while the configuration is read. */
typedef struct pyhook_target pyhook_target;
APR_DECLARE_OPTIONAL_FN(const pyhook_target *, pyhook_target_of, (const char *callable));

/* Calls the target as a hook of a request calls one: with the request and the text. It returns what a callable of
 * PyHookHandler does, but no body. Gives what httpd's hook returns: OK, DECLINED, DONE or a status of HTTP, 500 with
 * the reason in the error log where the callable failed. `phase` is what req.phase says meanwhile, one of
 * pyhook.phases. */
APR_DECLARE_OPTIONAL_FN(int,
                        pyhook_decide,
                        (request_rec * r, const pyhook_target *target, const char *phase, const char *text));

/* Offers a function to Python: _pyhook._ask(NAME, request, text) gives what it returns, a str, or None for NULL. Python
 * may also give a server, and then `r` is NULL. The function must not block. To be called when the configuration has
 * been read, each time. */
typedef const char *pyhook_answer(request_rec *r, server_rec *s, const char *text);
APR_DECLARE_OPTIONAL_FN(void, pyhook_offer, (const char *name, pyhook_answer *answer));

/* For a directive that names code: why it is misplaced, or NULL. In .htaccess it needs PyHookHtaccess On. */
APR_DECLARE_OPTIONAL_FN(const char *, pyhook_place_problem, (cmd_parms * cmd));

/* Carries out a directive of mod_pyhook that takes one word or On and Off, where `cmd` stands. Gives what is wrong, or
 * NULL. */
APR_DECLARE_OPTIONAL_FN(const char *, pyhook_directive, (cmd_parms * cmd, const char *directive, const char *word));

/* Defines a filter as PyHookOutputFilter and PyHookInputFilter do. Gives what is wrong, or NULL. To be called while the
 * configuration is read. */
APR_DECLARE_OPTIONAL_FN(const char *,
                        pyhook_define_filter,
                        (apr_pool_t * pool, int is_input, const char *name, const char *callable));

/* Imports a module into each interpreter of a child when it starts, as PyHookImport does, for a module that registers
 * no callable for a phase. To be called while the configuration is read. */
APR_DECLARE_OPTIONAL_FN(void, pyhook_import, (const char *module));

#ifdef __cplusplus
}
#endif

#endif
