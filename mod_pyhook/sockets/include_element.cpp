#include "apache/log.h"
#include "apache/pool.h"

#include "call/entry.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include <algorithm>

extern "C" {
#include <mod_include.h>
}

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind kind{"include_element", "expected str, a number, True, False or None"};

struct Encoding {
    const char *name;
    const char *(*encode)(apr_pool_t *pool, const char *text);
};

/// The encodings of mod_include's element "echo". The first is the default, as in mod_include.
constexpr Encoding encodings[] = {
    {"entity", [](apr_pool_t *pool, const char *text) -> const char * { return ap_escape_html(pool, text); }},
    {"none", [](apr_pool_t *, const char *text) { return text; }},
    {"url", [](apr_pool_t *pool, const char *text) -> const char * { return ap_escape_uri(pool, text); }},
    {"urlencoded", [](apr_pool_t *pool, const char *text) -> const char * { return ap_escape_urlencoded(pool, text); }},
};

/// What stands between <!--#pyhook and -->.
struct Element {
    const Named *named = nullptr;
    const char *argument = nullptr;
    const Encoding *encoding = encodings;
};

const apr_array_header_t *elements_of(const server_rec *s) {
    return ServerConfig::of(s).names_of(Socket::include_element);
}

/// Reads one tag="value". Returns null, or a sentence that says what is wrong.
const char *read_pair(include_ctx_t *ctx, std::string_view tag, const char *value, Element &element) {
    if (tag == "arg") {
        auto *expand = APR_RETRIEVE_OPTIONAL_FN(ap_ssi_parse_string);
        element.argument = expand(ctx, value, nullptr, 0, SSI_EXPAND_DROP_NAME);
        return nullptr;
    }
    if (tag == "call") {
        element.named = find_named(elements_of(ap_server_conf), value);
        return element.named != nullptr ? nullptr : "no PyHookIncludeElement defines the name in call=";
    }
    if (tag == "encoding") {
        element.encoding = std::find_if(std::begin(encodings), std::end(encodings),
                                        [=](const Encoding &known) { return std::string_view(known.name) == value; });
        return element.encoding != std::end(encodings) ? nullptr : "encoding= is entity, none, url or urlencoded";
    }
    return "it takes call=, arg= and encoding= only";
}

/// Reads the whole element. Returns null, or a sentence that says what is wrong.
const char *read_element(include_ctx_t *ctx, Element &element) {
    auto *next_pair = APR_RETRIEVE_OPTIONAL_FN(ap_ssi_get_tag_and_value);
    for (;;) {
        char *tag = nullptr;
        char *value = nullptr;
        next_pair(ctx, &tag, &value, SSI_VALUE_DECODED);
        if (tag == nullptr)
            return element.named != nullptr ? nullptr : "call= is missing";
        if (value == nullptr)
            return "a word in it has no value";
        if (const char *problem = read_pair(ctx, tag, value, element))
            return problem;
    }
}

/// The text for the page. Null if the call failed, which the log then says.
const char *text_for(request_rec *r, apr_pool_t *pool, const Element &element) {
    const filtering here(r->connection, Direction::output); // output of the callable would come before the page
    const char *text = "";
    const auto take = [&](py::borrowed result) {
        text = result == Py_None ? "" : readable_text_of(pool, result);
        return text != nullptr;
    };
    const bool answered = element.argument == nullptr
                              ? call_socket(r, kind, element.named->main, {}, take)
                              : call_socket(r, kind, element.named->main, {element.argument}, take);
    return answered ? element.encoding->encode(pool, text) : nullptr;
}

void report_problem(request_rec *r, const char *problem) noexcept {
    apache::log(
        APLOG_ERR, r,
        apr_pstrcat(r->pool, code::bad_element, ": the element pyhook in ", r->filename, ": ", problem, nullptr));
}

/// Does as mod_include's own elements do: an element inside a false <!--#if--> does nothing, and one that fails leaves
/// the page's error message.
apr_status_t handle_element(include_ctx_t *ctx, ap_filter_t *f, apr_bucket_brigade *bb) noexcept {
    if ((ctx->flags & SSI_FLAG_PRINTING) == 0)
        return APR_SUCCESS;
    Element element;
    const char *problem = read_element(ctx, element);
    if (problem != nullptr)
        report_problem(f->r, problem);
    const char *text = problem != nullptr ? nullptr : text_for(f->r, ctx->pool, element);
    if (text == nullptr)
        SSI_CREATE_ERROR_BUCKET(ctx, f, bb);
    else if (*text != '\0')
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_pool_create(text, strlen(text), ctx->pool, f->c->bucket_alloc));
    return APR_SUCCESS;
}

int offer_element(apr_pool_t *, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    auto *offer = APR_RETRIEVE_OPTIONAL_FN(ap_register_include_handler);
    if (offer != nullptr && elements_of(s)->nelts > 0)
        offer(const_cast<char *>("pyhook"), &handle_element);
    return OK;
}

} // namespace

const char *offer_include_element(apr_pool_t *, const char *, std::size_t) {
    return nullptr;
} // the element finds the callable by its name when a page asks

void attach_include_element() { ap_hook_post_config(&offer_element, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
