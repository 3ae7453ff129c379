#include "include.h"

#include "httpd.h"

extern "C" {
#include <mod_include.h>
}

namespace mod_python {

namespace {

/// What stands between <!--#python and -->: the function that runs the code, and the code.
struct Element {
    const char *function = nullptr;
    const char *code = nullptr;
};

/// Reads the element. Returns null, or a sentence that says what is wrong.
const char *read_element(include_ctx_t *ctx, Element &element) {
    auto *next_pair = APR_RETRIEVE_OPTIONAL_FN(ap_ssi_get_tag_and_value);
    for (;;) {
        char *tag = nullptr;
        char *value = nullptr;
        next_pair(ctx, &tag, &value, SSI_VALUE_DECODED);
        if (tag == nullptr)
            return element.code != nullptr ? nullptr : "eval= or exec= is missing";
        const bool is_eval = strcmp(tag, "eval") == 0;
        if (value == nullptr || (!is_eval && strcmp(tag, "exec") != 0) || element.code != nullptr)
            return "it takes eval= or exec= with a value, once";
        element = {is_eval ? "mod_python.ssi:evaluate" : "mod_python.ssi:execute", value};
    }
}

/// The text for the page; null after a failure, which the log tells.
const char *text_of(include_ctx_t *ctx, request_rec *r) {
    Element element;
    const char *problem =
        (ctx->flags & SSI_FLAG_NO_EXEC) != 0 ? "Options IncludesNOEXEC forbids it" : read_element(ctx, element);
    if (problem != nullptr) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "the element python in %s: %s", r->filename, problem);
        return nullptr;
    }
    auto *call = APR_RETRIEVE_OPTIONAL_FN(pyhook_call);
    const char *text = nullptr;
    return call(r, element.function, element.code, &text) == OK ? text : nullptr;
}

/// Does as mod_include's own elements do: inside a false <!--#if--> nothing, after a failure the page's error message.
apr_status_t handle_element(include_ctx_t *ctx, ap_filter_t *f, apr_bucket_brigade *bb) {
    if ((ctx->flags & SSI_FLAG_PRINTING) == 0)
        return APR_SUCCESS;
    const char *text = text_of(ctx, f->r);
    if (text == nullptr)
        SSI_CREATE_ERROR_BUCKET(ctx, f, bb);
    else if (*text != '\0')
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_pool_create(text, strlen(text), ctx->pool, f->c->bucket_alloc));
    return APR_SUCCESS;
}

} // namespace

void offer_include_element() {
    auto *offer = APR_RETRIEVE_OPTIONAL_FN(ap_register_include_handler);
    if (offer != nullptr)
        offer(const_cast<char *>("python"), &handle_element);
}

} // namespace mod_python
