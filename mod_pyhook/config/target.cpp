#include "config/target.h"

#include "apache/pool.h"

#include <algorithm>
#include <mutex>

namespace pyhook {

namespace {

constexpr const char *registry_key = "pyhook:targets";

/// Grows at configuration time, and by .htaccess files while requests run.
struct Registry {
    explicit Registry(apr_pool_t *parent) {
        apr_pool_create(&pool, parent);
        targets = apr_hash_make(pool);
    }

    std::mutex mutex;
    apr_pool_t *pool = nullptr;
    apr_hash_t *targets;
};

Registry &registry(apr_pool_t *pconf) {
    void *found = nullptr;
    apr_pool_userdata_get(&found, registry_key, pconf);
    if (found == nullptr) {
        found = apache::make<Registry>(pconf, pconf);
        apr_pool_userdata_setn(found, registry_key, apr_pool_cleanup_null, pconf);
    }
    return *static_cast<Registry *>(found);
}

bool is_identifier(std::string_view name) {
    const auto letter = [](unsigned char byte) { return byte == '_' || byte >= 0x80 || apr_isalpha(byte); };
    return !name.empty() && letter(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), [&](unsigned char byte) { return letter(byte) || apr_isdigit(byte); });
}

bool is_dotted_name(std::string_view name) {
    for (;;) {
        const std::size_t dot = name.find('.');
        if (!is_identifier(name.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

} // namespace

const char *spec_problem(apr_pool_t *pool, std::string_view spec) {
    const std::size_t colon = spec.find(':');
    if (colon != std::string_view::npos && is_dotted_name(spec.substr(0, colon)) &&
        is_dotted_name(spec.substr(colon + 1)))
        return nullptr;
    return apr_psprintf(pool,
                        "'%s' is not module:callable: write the importable name of a module, a colon, and the name of "
                        "a callable in it, for example site_auth:password",
                        apache::copy(pool, spec));
}

const char *module_problem(apr_pool_t *pool, std::string_view name) {
    if (is_dotted_name(name))
        return nullptr;
    return apr_psprintf(pool, "'%s' is not the name of a module: write it as import does", apache::copy(pool, name));
}

const Target *target(apr_pool_t *pconf, const char *spec) {
    Registry &known = registry(pconf);
    const std::lock_guard lock(known.mutex);
    auto *found = static_cast<Target *>(apr_hash_get(known.targets, spec, APR_HASH_KEY_STRING));
    if (found != nullptr)
        return found;
    const std::string_view words = spec;
    const std::size_t colon = words.find(':');
    found = apache::make<Target>(known.pool, Target{.id = apr_hash_count(known.targets),
                                                    .spec = apache::copy(known.pool, words),
                                                    .module = apache::copy(known.pool, words.substr(0, colon)),
                                                    .attribute = apache::copy(known.pool, words.substr(colon + 1))});
    apr_hash_set(known.targets, found->spec, APR_HASH_KEY_STRING, found);
    return found;
}

} // namespace pyhook
