#include "apache/framing.h"
#include "apache/registering.h"

#include "call/exception.h"
#include "call/result.h"
#include "config/config.h"
#include "filters/filters.h"
#include "interpreters/interpreters.h"
#include "sockets/mod_pyhook.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"
#include "types/answers.h"

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

// pyhook_target is config/target's Target, whose fields are nobody else's business.
const Target &known(const pyhook_target *target) { return *reinterpret_cast<const Target *>(target); }

const pyhook_target *target_of(const char *callable) noexcept {
    apr_pool_t *pconf = ap_server_conf->process->pconf;
    if (problem(pconf, callable) != nullptr)
        return nullptr;
    return reinterpret_cast<const pyhook_target *>(target(pconf, callable));
}

constexpr const char *hook_answers = "expected OK, DECLINED, DONE or an HTTP status (200 to 599)";

bool is_answer(int number) {
    return number == OK || number == DECLINED || number == DONE || ap_is_HTTP_VALID_RESPONSE(number);
}

int decide(request_rec *r, const pyhook_target *target, const char *phase, const char *text) noexcept {
    const SocketKind hook{phase, hook_answers, true};
    const Choice choice{.preferred = &known(target), .otherwise = nullptr};
    int answer = DECLINED;
    const int status = ask_socket(r, hook, choice, {text}, [&](py::borrowed result) {
        const std::optional<int> number = number_of(result);
        answer = number.value_or(HTTP_INTERNAL_SERVER_ERROR);
        return number && is_answer(answer);
    });
    if (status != OK)
        answer = fail(r, {phase, choice.spec()}, status);
    return apache::is_complete(r) ? DONE : answer;
}

void import(const char *module) noexcept {
    APR_ARRAY_PUSH(ServerConfig::of(ap_server_conf).imports, const char *) = module;
}

/// What another module defines twice, for two places, is one filter to httpd.
const char *define(apr_pool_t *pool, int is_input, const char *name, const char *callable) noexcept {
    const bool known =
        is_input != 0 ? ap_get_input_filter_handle(name) != nullptr : ap_get_output_filter_handle(name) != nullptr;
    apr_pool_t *pconf = ap_server_conf->process->pconf;
    const char *mark = apr_pstrcat(pconf, "pyhook:filter:", is_input != 0 ? "in:" : "out:", name, nullptr);
    if (known && apache::was_done(mark))
        return nullptr;
    const FilterDefinition definition{apr_pstrdup(pconf, name), filter_target(pconf, callable), AP_FTYPE_RESOURCE,
                                      apache::Change::length};
    const char *problem =
        define_filter(pool, ap_server_conf, is_input != 0 ? Direction::input : Direction::output, definition);
    if (problem == nullptr)
        apache::first_time(mark);
    return problem;
}

} // namespace

void offer_optional_functions() {
    const auto offer = [](const char *name, auto *function) {
        apr_dynamic_fn_register(name, reinterpret_cast<apr_opt_fn_t *>(function));
    };
    offer("pyhook_problem", static_cast<apr_OFN_pyhook_problem_t *>(&problem));
    offer("pyhook_runs", static_cast<apr_OFN_pyhook_runs_t *>(&runs));
    offer("pyhook_call", static_cast<apr_OFN_pyhook_call_t *>(&call));
    offer("pyhook_target_of", static_cast<apr_OFN_pyhook_target_of_t *>(&target_of));
    offer("pyhook_decide", static_cast<apr_OFN_pyhook_decide_t *>(&decide));
    offer("pyhook_offer", static_cast<apr_OFN_pyhook_offer_t *>(&offer_answer));
    offer("pyhook_define_filter", static_cast<apr_OFN_pyhook_define_filter_t *>(&define));
    offer("pyhook_import", static_cast<apr_OFN_pyhook_import_t *>(&import));
}

} // namespace pyhook
