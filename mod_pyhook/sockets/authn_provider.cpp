#include "apache/registering.h"

#include "call/client_page.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include <apr_base64.h>
#include <apr_md5.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind password_kind{
    "authn_provider",
    "expected True (the password is right), False (it is wrong), None (no such user) or the user's password as "
    "htpasswd encrypts it (str)",
    true};
constexpr SocketKind realm_kind{
    "authn_provider", "expected the MD5 of user:realm:password in hexadecimal (str), or None (no such user)", true};

using CacheStore = APR_OPTIONAL_FN_TYPE(ap_authn_cache_store);

/// The password as htpasswd would encrypt it. mod_authn_socache keeps it, to check the next request.
const char *encrypted(apr_pool_t *pool, const char *password) {
    unsigned char random[6];
    char salt[9];
    if (apr_generate_random_bytes(random, sizeof random) != APR_SUCCESS)
        return nullptr;
    apr_base64_encode_binary(salt, random, sizeof random);
    auto *result = static_cast<char *>(apr_palloc(pool, 120));
    return apr_md5_encode(password, salt, result, 120) == APR_SUCCESS ? result : nullptr;
}

void keep_in_cache(request_rec *r, const Named &named, const char *user, const char *realm, const char *data) {
    CacheStore *store = APR_RETRIEVE_OPTIONAL_FN(ap_authn_cache_store);
    if (store != nullptr && data != nullptr)
        store(r, named.name, user, realm, data);
}

/// The result of check_password: an answer, or the stored hash to compare the password with.
struct Verdict {
    authn_status status = AUTH_GENERAL_ERROR;
    const char *stored = nullptr;

    bool take(apr_pool_t *pool, py::borrowed result) {
        if (result == Py_True || result == Py_False)
            status = result == Py_True ? AUTH_GRANTED : AUTH_DENIED;
        else if (result == Py_None)
            status = AUTH_USER_NOT_FOUND;
        else
            stored = text_of(pool, result);
        return status != AUTH_GENERAL_ERROR || stored != nullptr;
    }
};

authn_status check_password_at(std::size_t position, request_rec *r, const char *user, const char *password) noexcept {
    const Named &named = ServerConfig::of(ap_server_conf).named_at(Socket::authn_provider, position);
    Verdict verdict;
    if (!call_socket(r, password_kind, named.main, {user, password},
                     [&](py::borrowed result) { return verdict.take(r->pool, result); }))
        return AUTH_GENERAL_ERROR;
    if (verdict.stored != nullptr)
        verdict.status = apr_password_validate(password, verdict.stored) == APR_SUCCESS ? AUTH_GRANTED : AUTH_DENIED;
    if (verdict.stored != nullptr)
        keep_in_cache(r, named, user, nullptr, verdict.stored);
    else if (verdict.status == AUTH_GRANTED && APR_RETRIEVE_OPTIONAL_FN(ap_authn_cache_store) != nullptr)
        keep_in_cache(r, named, user, nullptr, encrypted(r->pool, password));
    return verdict.status;
}

bool is_md5(const char *text) { return strlen(text) == 32 && strspn(text, "0123456789abcdefABCDEF") == 32; }

authn_status get_realm_hash_at(
    std::size_t position, request_rec *r, const char *user, const char *realm, char **realm_hash) noexcept {
    const Named &named = ServerConfig::of(ap_server_conf).named_at(Socket::authn_provider, position);
    const char *hash = nullptr;
    if (!call_socket(r, realm_kind, named.second, {user, realm}, [&](py::borrowed result) {
            char *text = const_cast<char *>(text_of(r->pool, result)); // a copy, which may be changed
            if (text != nullptr)
                ap_str_tolower(text); // mod_auth_digest compares letter by letter
            hash = text;
            return hash == nullptr ? result == Py_None : is_md5(hash);
        }))
        return AUTH_GENERAL_ERROR;
    if (hash == nullptr)
        return AUTH_USER_NOT_FOUND;
    keep_in_cache(r, named, user, realm, hash);
    *realm_hash = const_cast<char *>(hash);
    return AUTH_USER_FOUND;
}

constexpr auto providers = apache::numbered<most_names>([]<std::size_t position>() {
    return authn_provider{
        .check_password = [](request_rec *r, const char *user,
                             const char *password) { return check_password_at(position, r, user, password); },
        .get_realm_hash = [](request_rec *r, const char *user, const char *realm,
                             char **hash) { return get_realm_hash_at(position, r, user, realm, hash); },
    };
});

} // namespace

const char *offer_authn_provider(apr_pool_t *pconf, const char *name, std::size_t position) {
    if (ap_lookup_provider(AUTHN_PROVIDER_GROUP, name, AUTHN_PROVIDER_VERSION) != nullptr)
        return "there is an authentication provider of this name already: choose another one";
    ap_register_auth_provider(pconf, AUTHN_PROVIDER_GROUP, name, AUTHN_PROVIDER_VERSION, &providers[position],
                              AP_AUTH_INTERNAL_PER_CONF);
    attach_refusal();
    return nullptr;
}

} // namespace pyhook
