/* mod_bench.c: what each benchmark case costs when it is written in C: the measure for all others. */
#include <httpd.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>
#include <util_filter.h>

#include <apr_strings.h>

#include <ctype.h>

module AP_MODULE_DECLARE_DATA bench_module;

static const char hello[] = "Hello World!";

static int answer(request_rec *r) {
    ap_set_content_type(r, "text/plain");
    ap_rwrite(hello, sizeof hello - 1, r);
    return OK;
}

/* Reads five attributes, sets two. */
static int read_headers(request_rec *r) {
    const char *read[] = {r->method, r->uri, r->args, r->useragent_ip, apr_table_get(r->headers_in, "User-Agent")};
    apr_table_setn(r->headers_out, "X-Bench", apr_pstrdup(r->pool, read[4] != NULL ? "agent" : "none"));
    return answer(r);
}

static int handle(request_rec *r) {
    if (strcmp(r->handler, "bench-hello") == 0)
        return answer(r);
    return strcmp(r->handler, "bench-headers") == 0 ? read_headers(r) : DECLINED;
}

/* One of the phases: looks at the request and has nothing to say. */
typedef struct {
    int access, phases;
} settings;

static int translate(request_rec *r) {
    const settings *here = ap_get_module_config(r->server->lookup_defaults, &bench_module);
    return here->phases != 0 && r->uri[0] == '\0' ? HTTP_BAD_REQUEST : DECLINED;
}

static int check_access(request_rec *r) {
    const settings *here = ap_get_module_config(r->per_dir_config, &bench_module);
    return here->access != 0 && r->uri[0] == '\0' ? HTTP_FORBIDDEN : DECLINED;
}

static int say_nothing(request_rec *r) {
    const settings *here = ap_get_module_config(r->per_dir_config, &bench_module);
    return here->phases != 0 && r->uri[0] == '\0' ? HTTP_BAD_REQUEST : DECLINED;
}

static apr_status_t upper_bucket(ap_filter_t *f, apr_bucket *bucket, apr_bucket_brigade *out) {
    const char *data;
    apr_size_t length;
    const apr_status_t status = apr_bucket_read(bucket, &data, &length, APR_BLOCK_READ);
    if (status != APR_SUCCESS)
        return status;
    char *raised = apr_bucket_alloc(length, f->c->bucket_alloc);
    for (apr_size_t at = 0; at < length; ++at)
        raised[at] = (char)toupper((unsigned char)data[at]);
    APR_BRIGADE_INSERT_TAIL(out, apr_bucket_heap_create(raised, length, apr_bucket_free, f->c->bucket_alloc));
    return APR_SUCCESS;
}

static apr_status_t upper(ap_filter_t *f, apr_bucket_brigade *in) {
    apr_bucket_brigade *out = apr_brigade_create(f->r->pool, f->c->bucket_alloc);
    while (!APR_BRIGADE_EMPTY(in)) {
        apr_bucket *bucket = APR_BRIGADE_FIRST(in);
        if (APR_BUCKET_IS_METADATA(bucket)) {
            APR_BUCKET_REMOVE(bucket);
            APR_BRIGADE_INSERT_TAIL(out, bucket);
            continue;
        }
        const apr_status_t status = upper_bucket(f, bucket, out);
        if (status != APR_SUCCESS)
            return status;
        apr_bucket_delete(bucket);
    }
    const apr_status_t status = ap_pass_brigade(f->next, out);
    apr_brigade_destroy(out);
    return status;
}

static apr_status_t through(ap_filter_t *f, apr_bucket_brigade *in) { return ap_pass_brigade(f->next, in); }

static void *make_settings(apr_pool_t *pool, char *directory) {
    (void)directory;
    return apr_pcalloc(pool, sizeof(settings));
}

static const command_rec directives[] = {
    AP_INIT_FLAG("BenchAccess", ap_set_flag_slot, (void *)APR_OFFSETOF(settings, access), ACCESS_CONF | RSRC_CONF,
                 "ask the access hook"),
    AP_INIT_FLAG("BenchPhases", ap_set_flag_slot, (void *)APR_OFFSETOF(settings, phases), ACCESS_CONF | RSRC_CONF,
                 "ask the hooks of translation, fixups and log"),
    {NULL},
};

static void register_hooks(apr_pool_t *pool) {
    (void)pool;
    ap_hook_translate_name(translate, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_access_checker(check_access, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_fixups(say_nothing, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(say_nothing, NULL, NULL, APR_HOOK_MIDDLE);
    ap_register_output_filter("BENCH_UPPER", upper, NULL, AP_FTYPE_RESOURCE);
    ap_register_output_filter("BENCH_THROUGH", through, NULL, AP_FTYPE_RESOURCE);
}

module AP_MODULE_DECLARE_DATA bench_module = {
    STANDARD20_MODULE_STUFF, make_settings, NULL, NULL, NULL, directives, register_hooks,
};
