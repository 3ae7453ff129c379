/* mod_bench.c: what each benchmark case costs when it is written in C: the measure for all others. */
#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
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

/* On its way before the handler returns, as mod_python's req.write sends it. */
static int flushed(request_rec *r) {
    answer(r);
    ap_rflush(r);
    return OK;
}

/* Reads five attributes, sets two. */
static int read_headers(request_rec *r) {
    const char *read[] = {r->method, r->uri, r->args, r->useragent_ip, apr_table_get(r->headers_in, "User-Agent")};
    apr_table_setn(r->headers_out, "X-Bench", apr_pstrdup(r->pool, read[4] != NULL ? "agent" : "none"));
    return answer(r);
}

static const char text[] = "The quick brown fox jumps over the lazy dog. 0123456789 abcdefg\n";

/* 16 KB with ten headers. */
static int page(request_rec *r) {
    ap_set_content_type(r, "text/plain");
    ap_set_content_length(r, 256 * (sizeof text - 1));
    for (int number = 0; number < 8; ++number)
        apr_table_addn(r->headers_out, apr_psprintf(r->pool, "X-Bench-%d", number), "some value");
    for (int line = 0; line < 256; ++line)
        ap_rwrite(text, sizeof text - 1, r);
    return OK;
}

/* 100 pieces, each on its way before the next one. */
static int chunks(request_rec *r) {
    ap_set_content_type(r, "text/plain");
    for (int line = 0; line < 100; ++line) {
        ap_rwrite(text, sizeof text - 1, r);
        ap_rflush(r);
    }
    return OK;
}

static int post(request_rec *r) {
    char piece[65536];
    long size, total = 0;
    if (ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) != OK || ap_should_client_block(r) == 0)
        return HTTP_BAD_REQUEST;
    while ((size = ap_get_client_block(r, piece, sizeof piece)) > 0)
        total += size;
    ap_set_content_type(r, "text/plain");
    ap_rprintf(r, "%ld", total);
    return size == 0 ? OK : HTTP_BAD_REQUEST;
}

static int file(request_rec *r) {
    const char *path = apr_pstrcat(r->pool, ap_document_root(r), "/1m.txt", NULL);
    apr_file_t *opened;
    apr_finfo_t info;
    apr_size_t sent;
    if (apr_file_open(&opened, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, r->pool) != APR_SUCCESS ||
        apr_file_info_get(&info, APR_FINFO_SIZE, opened) != APR_SUCCESS)
        return HTTP_NOT_FOUND;
    ap_set_content_type(r, "text/plain");
    ap_set_content_length(r, info.size);
    return ap_send_fd(opened, r, 0, (apr_size_t)info.size, &sent) == APR_SUCCESS ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

static const struct {
    const char *name;
    int (*handle)(request_rec *r);
} handlers[] = {
    {"bench-hello", answer}, {"bench-headers", read_headers}, {"bench-page", page},
    {"bench-chunks", chunks}, {"bench-post", post}, {"bench-file", file},
    {"bench-flushed", flushed},
};

static int handle(request_rec *r) {
    for (size_t at = 0; at < sizeof handlers / sizeof *handlers; ++at)
        if (strcmp(r->handler, handlers[at].name) == 0)
            return handlers[at].handle(r);
    return DECLINED;
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

/* The same on the way in. */
static apr_status_t upper_input(ap_filter_t *f, apr_bucket_brigade *out, ap_input_mode_t mode, apr_read_type_e block,
                                apr_off_t wanted) {
    apr_bucket_brigade *in = apr_brigade_create(f->r->pool, f->c->bucket_alloc);
    apr_status_t status = ap_get_brigade(f->next, in, mode, block, wanted);
    while (status == APR_SUCCESS && !APR_BRIGADE_EMPTY(in)) {
        apr_bucket *bucket = APR_BRIGADE_FIRST(in);
        if (APR_BUCKET_IS_METADATA(bucket)) {
            APR_BUCKET_REMOVE(bucket);
            APR_BRIGADE_INSERT_TAIL(out, bucket);
            continue;
        }
        status = upper_bucket(f, bucket, out);
        apr_bucket_delete(bucket);
    }
    apr_brigade_destroy(in);
    return status;
}

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
    ap_register_input_filter("BENCH_UPPER", upper_input, NULL, AP_FTYPE_RESOURCE);
    ap_register_output_filter("BENCH_THROUGH", through, NULL, AP_FTYPE_RESOURCE);
}

module AP_MODULE_DECLARE_DATA bench_module = {
    STANDARD20_MODULE_STUFF, make_settings, NULL, NULL, NULL, directives, register_hooks,
};
