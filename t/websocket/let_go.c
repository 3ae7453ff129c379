/* Loaded beside mod_pyhook: a thread of httpd's is held up right after mod_pyhook has heard that it lets go. */

// clang-format off
#include <httpd.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_log.h>
#include <http_main.h>
#include <mpm_common.h>
// clang-format on

static volatile int has_ended;

static apr_status_t note_end(void *unused) {
    has_ended = 1;
    return APR_SUCCESS;
}

static void stall(conn_rec *c, request_rec *r) {
    if (c->cs == NULL || c->cs->state != CONN_STATE_SUSPENDED)
        return;
    has_ended = 0;
    apr_pool_cleanup_register(c->pool, NULL, note_end, apr_pool_cleanup_null);
    for (int at = 0; at < 100 && !has_ended; ++at)
        apr_sleep(10000);
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf, "the connection %s",
                 has_ended ? "has ended too early" : "is there");
}

static void register_hooks(apr_pool_t *pool) {
    ap_hook_suspend_connection(stall, NULL, NULL, APR_HOOK_REALLY_LAST + 1);
}

module AP_MODULE_DECLARE_DATA let_go_module = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks};
