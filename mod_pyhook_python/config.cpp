#include "config.h"

namespace mod_python {

namespace {

template <class Record> Record *make(apr_pool_t *pool) {
    return static_cast<Record *>(apr_pcalloc(pool, sizeof(Record)));
}

} // namespace

const char *joined(apr_pool_t *pool, const char *first, const char *second) {
    if (first == nullptr || second == nullptr)
        return first == nullptr ? second : first;
    return apr_pstrcat(pool, first, second, nullptr);
}

void *create_dir_config(apr_pool_t *pool, char *) { return make<DirConfig>(pool); }

/// The handlers of the inner section replace those of the outer one.
void *merge_dir_config(apr_pool_t *pool, void *outer_config, void *inner_config) {
    const auto &outer = *static_cast<DirConfig *>(outer_config);
    const auto &inner = *static_cast<DirConfig *>(inner_config);
    auto *made = make<DirConfig>(pool);
    for (std::size_t phase = 0; phase < phase_count; ++phase)
        made->handlers[phase] = inner.handlers[phase] != nullptr ? inner.handlers[phase] : outer.handlers[phase];
    made->settings = joined(pool, outer.settings, inner.settings);
    return made;
}

void *create_server_config(apr_pool_t *pool, server_rec *) { return make<ServerConfig>(pool); }

void *merge_server_config(apr_pool_t *pool, void *outer_config, void *inner_config) {
    const auto &outer = *static_cast<ServerConfig *>(outer_config);
    const auto &inner = *static_cast<ServerConfig *>(inner_config);
    auto *made = make<ServerConfig>(pool);
    made->connection = inner.connection != nullptr ? inner.connection : outer.connection;
    return made;
}

} // namespace mod_python
