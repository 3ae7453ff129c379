// apache/pool.h: memory that ends with a pool, and C++ functions that run when a pool ends.
#pragma once

#include "apache/httpd.h"

#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace apache {

/// A NUL-terminated copy that lives as long as the pool.
inline char *copy(apr_pool_t *pool, std::string_view text) { return apr_pstrmemdup(pool, text.data(), text.size()); }

/// Runs `end(object)` when the pool is cleared, before its subpools are.
template <auto end, class Object> void before_end(apr_pool_t *pool, Object *object) {
    apr_pool_pre_cleanup_register(pool, object, [](void *self) -> apr_status_t {
        end(static_cast<Object *>(self));
        return APR_SUCCESS;
    });
}

/// Makes an object in the pool, which destroys it.
template <class Object, class... Arguments> Object *make(apr_pool_t *pool, Arguments &&...arguments) {
    auto *object = new (apr_palloc(pool, sizeof(Object))) Object(std::forward<Arguments>(arguments)...);
    if constexpr (!std::is_trivially_destructible_v<Object>)
        apr_pool_cleanup_register(
            pool, object,
            [](void *self) -> apr_status_t {
                static_cast<Object *>(self)->~Object();
                return APR_SUCCESS;
            },
            apr_pool_cleanup_null);
    return object;
}

} // namespace apache
