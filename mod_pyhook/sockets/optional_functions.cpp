#include "config/config.h"
#include "interpreters/interpreters.h"
#include "sockets/mod_pyhook.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind kind{"other_module", "expected str, a number, True, False or None", true};

const char *problem(apr_pool_t *pool, const char *callable) noexcept {
    return callable == nullptr ? "no callable is named" : spec_problem(pool, callable);
}

int runs(request_rec *r) noexcept { return place_of(r).state() != nullptr ? 1 : 0; }

int call(request_rec *r, const char *callable, const char *text, const char **answer) noexcept {
    *answer = nullptr;
    if (const char *wrong = problem(r->pool, callable)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "pyhook_call: %s", wrong);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    const Choice choice{.preferred = target(ap_server_conf->process->pconf, callable), .otherwise = nullptr};
    const auto take = [&](py::borrowed result) {
        *answer = readable_text_of(r->pool, result);
        return *answer != nullptr || result == Py_None;
    };
    const int status =
        text == nullptr ? ask_socket(r, kind, choice, {}, take) : ask_socket(r, kind, choice, {text}, take);
    if (status != OK)
        *answer = nullptr;
    return status;
}

} // namespace

void offer_optional_functions() {
    const auto offer = [](const char *name, auto *function) {
        apr_dynamic_fn_register(name, reinterpret_cast<apr_opt_fn_t *>(function));
    };
    offer("pyhook_problem", static_cast<apr_OFN_pyhook_problem_t *>(&problem));
    offer("pyhook_runs", static_cast<apr_OFN_pyhook_runs_t *>(&runs));
    offer("pyhook_call", static_cast<apr_OFN_pyhook_call_t *>(&call));
}

} // namespace pyhook
