#include "apache/registering.h"

#include "call/client_page.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind kind{"rewrite_map", "expected the value for the key (str), or None if there is none", true};

/// If a map fails, the content is refused. mod_rewrite can't tell a failed map from one that does not know the key, and
/// would skip a rule that was to forbid something.
char *look_up_at(std::size_t position, request_rec *r, const char *key) noexcept {
    const char *value = nullptr;
    call_socket(r, kind, ServerConfig::of(ap_server_conf).named_at(Socket::rewrite_map, position).main, {key},
                [&](py::borrowed result) {
                    value = text_of(r->pool, result);
                    return value != nullptr || result == Py_None;
                });
    return const_cast<char *>(value);
}

constexpr auto functions = apache::numbered<most_names>([]<std::size_t position>() -> rewrite_mapfunc_t * {
    return [](request_rec *r, char *key) { return look_up_at(position, r, key); };
});

} // namespace

const char *offer_rewrite_map(apr_pool_t *, const char *name, std::size_t position) {
    auto *offer = APR_RETRIEVE_OPTIONAL_FN(ap_register_rewrite_mapfunc);
    if (offer == nullptr)
        return "mod_rewrite is not loaded: load it before mod_pyhook's directives";
    offer(const_cast<char *>(name), functions[position]);
    attach_refusal();
    return nullptr;
}

} // namespace pyhook
