#include "hooks/rewrite_map.h"

#include "hooks/named.h"
#include "hooks/numbered.h"
#include "hooks/socket_call.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind kind{"rewrite_map", "expected the value for the key (str), or None if there is none"};
constexpr const char *failed_note = "pyhook:rewrite-map-failed";

/// A map that fails looks to mod_rewrite like one that does not know the key: the request is remembered as failed.
char *look_up_at(std::size_t position, request_rec *r, const char *key) noexcept {
    const char *value = nullptr;
    const bool answered =
        call_socket(r, kind, named_at(Socket::rewrite_map, position).main, {key}, [&](py::borrowed result) {
            value = text_of(r->pool, result);
            return value != nullptr || result == Py_None;
        });
    if (!answered)
        apr_table_setn(r->notes, failed_note, "1");
    return const_cast<char *>(value);
}

constexpr auto functions = numbered<most_names>([]<std::size_t position>() -> rewrite_mapfunc_t * {
    return [](request_rec *r, char *key) { return look_up_at(position, r, key); };
});

/// A rule that was to forbid something may not have: nothing is served on the word of a failed map.
int refuse_failed(request_rec *r) {
    return apr_table_get(r->notes, failed_note) != nullptr ? HTTP_INTERNAL_SERVER_ERROR : DECLINED;
}

} // namespace

const char *offer_rewrite_map(apr_pool_t *, const char *name, std::size_t position) {
    auto *offer = APR_RETRIEVE_OPTIONAL_FN(ap_register_rewrite_mapfunc);
    if (offer == nullptr)
        return "mod_rewrite is not loaded: load it before mod_pyhook's directives";
    offer(const_cast<char *>(name), functions[position]);
    if (position == 0)
        ap_hook_fixups(&refuse_failed, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    return nullptr;
}

} // namespace pyhook
