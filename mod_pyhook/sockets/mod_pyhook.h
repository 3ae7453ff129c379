/* mod_pyhook.h: what other modules of httpd may ask of mod_pyhook. They need not be linked with it, nor with Python:
 *
 *     APR_OPTIONAL_FN_TYPE(pyhook_call) *call = APR_RETRIEVE_OPTIONAL_FN(pyhook_call);
 *
 * gives the function, or NULL where mod_pyhook is not loaded. Retrieve it when the configuration has been read, in a
 * hook of post_config or optional_fn_retrieve for example. A callable is named as the directives do: "module:callable".
 */
#ifndef MOD_PYHOOK_H
#define MOD_PYHOOK_H

#include <apr_optional.h>
#include <httpd.h>

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

#ifdef __cplusplus
}
#endif

#endif
