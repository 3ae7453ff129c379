#include "sockets/named.h"

#include "directives/directive.h"
#include "sockets/sockets.h"

#include "py/poison.h"

namespace pyhook {

namespace {

// clang-format off
constexpr NamedRow rows[] = {
    {"PyHookAuthnProvider", Socket::authn_provider, "mod_authn_core.c", "check_password", "get_realm_hash",
     offer_authn_provider, "A name for AuthBasicProvider and AuthDigestProvider, and the callable that checks passwords."},
    {"PyHookAuthzProvider", Socket::authz_provider, "mod_authz_core.c", "check_authorization", "parse_require_line",
     offer_authz_provider, "A name for Require, and the callable that decides."},
    {"PyHookRewriteMap",    Socket::rewrite_map,    "mod_rewrite.c",    nullptr,          nullptr,
     offer_rewrite_map,    "A name for RewriteMap's int: type, and the callable that looks keys up."},
    {"PyHookIncludeElement", Socket::include_element, "mod_include.c", nullptr,         nullptr,
     offer_include_element, "A name for the SSI element <!--#pyhook call=\"NAME\" -->, and the callable that it calls."},
    {"PyHookBalancerMethod", Socket::balancer_method, "mod_proxy_balancer.c", nullptr,  nullptr,
     offer_balancer_method, "A name for a balancer's lbmethod=, and the callable that chooses a worker."},
    {"PyHookProtocol", Socket::protocol,            "core.c",           nullptr,          "accept",
     offer_protocol, "A name for Protocols, the callable that speaks the protocol, and one that decides who may switch to it."},
};
// clang-format on

/// The target itself, or a method of the object that it names if the socket calls methods.
Choice choice_of(apr_pool_t *pconf, const char *spec, const char *method) {
    const Target *itself = target(pconf, spec);
    if (method == nullptr)
        return {.preferred = itself, .otherwise = nullptr};
    return {.preferred = target(pconf, apr_pstrcat(pconf, spec, ".", method, nullptr)), .otherwise = itself};
}

Choice second_of(apr_pool_t *pconf, const NamedRow &row, const char *spec, const char *second) {
    if (second != nullptr)
        return {.preferred = target(pconf, second), .otherwise = nullptr};
    if (row.second_method == nullptr)
        return {};
    return {.preferred = target(pconf, apr_pstrcat(pconf, spec, ".", row.second_method, nullptr)),
            .otherwise = nullptr};
}

const char *problem_with(cmd_parms *cmd, const NamedRow &row, const char *name, const char *spec, const char *second) {
    if (ap_find_linked_module(row.reader) == nullptr)
        return sentence(cmd, row.reader, " is not loaded: load it before mod_pyhook's directives");
    if (const char *problem = name_problem(cmd->pool, name))
        return sentence(cmd, problem);
    for (const char *each : {spec, second})
        if (const char *problem = each == nullptr ? nullptr : spec_problem(cmd->pool, each))
            return sentence(cmd, problem);
    if (second != nullptr && row.second_method == nullptr)
        return sentence(cmd, "takes one callable, not two");
    const apr_array_header_t *list = ServerConfig::of(cmd->server).names_of(row.socket);
    if (find_named(list, name) != nullptr)
        return sentence(cmd, "'", name, "': there is one of this name already: choose another one");
    if (list->nelts == most_names)
        return sentence(cmd, apr_psprintf(cmd->pool,
                                          "there are %d names already, and no room for another one: let "
                                          "one callable serve several purposes",
                                          static_cast<int>(most_names)));
    return nullptr;
}

} // namespace

std::span<const NamedRow> named_rows() { return rows; }

const char *define_named(cmd_parms *cmd, void *tree, const char *name, const char *spec, const char *second) {
    keep_in_tree(cmd, tree);
    const NamedRow &row = *static_cast<const NamedRow *>(cmd->info);
    if (const char *problem = problem_with(cmd, row, name, spec, second))
        return problem;
    apr_pool_t *pconf = cmd->server->process->pconf;
    apr_array_header_t *list = ServerConfig::of(cmd->server).names_of(row.socket);
    name = apr_pstrdup(pconf, name);
    if (const char *problem = row.offer(pconf, name, static_cast<std::size_t>(list->nelts)))
        return sentence(cmd, "'", name, "': ", problem);
    auto *made = static_cast<Named *>(apr_palloc(pconf, sizeof(Named)));
    *made = {.name = name,
             .main = choice_of(pconf, spec, second == nullptr ? row.method : nullptr),
             .second = second_of(pconf, row, spec, second),
             .second_demanded = second != nullptr};
    APR_ARRAY_PUSH(list, const Named *) = made;
    return nullptr;
}

} // namespace pyhook
