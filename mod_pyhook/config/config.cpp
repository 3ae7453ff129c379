#include "config/config.h"

#include "apache/pool.h"

#include <bit>

namespace pyhook {

namespace {

/// Where all run, the outer section's callables come first; where the first answer wins, the inner section's do.
Callables merged(apr_pool_t *pool, Run run, const Callables &outer, const Callables &inner) {
    if (inner.forget_outer)
        return inner;
    if (inner.empty())
        return outer;
    if (outer.empty()) // its "none" also holds against what lies further out: httpd may merge the inner two first
        return {.placed = inner.placed, .forget_outer = outer.forget_outer};
    const Callables &first = run == Run::all ? outer : inner;
    const Callables &second = run == Run::all ? inner : outer;
    return {.placed = apr_array_append(pool, first.placed, second.placed), .forget_outer = outer.forget_outer};
}

apr_table_t *merged(apr_pool_t *pool, apr_table_t *weaker, apr_table_t *stronger) {
    if (stronger == nullptr)
        return weaker;
    if (weaker == nullptr)
        return stronger;
    apr_table_t *made = apr_table_overlay(pool, weaker, stronger);
    apr_table_compress(made, APR_OVERLAP_TABLES_SET); // the later value of a key is the stronger one
    return made;
}

} // namespace

ServerConfig::ServerConfig(apr_pool_t *pool)
    : path(apr_array_make(pool, 2, sizeof(const char *))), imports(apr_array_make(pool, 2, sizeof(const char *))),
      interpreters(apr_array_make(pool, 2, sizeof(InterpreterDefinition))),
      processes(apr_array_make(pool, 1, sizeof(ProcessesDefinition *))),
      shared(apr_array_make(pool, 2, sizeof(SharedDefinition))),
      output_filters(apr_array_make(pool, 2, sizeof(FilterDefinition))),
      input_filters(apr_array_make(pool, 2, sizeof(FilterDefinition))), environment(apr_table_make(pool, 2)),
      require_lines(apr_array_make(pool, 2, sizeof(const void *))),
      wsgi_aliases(apr_array_make(pool, 2, sizeof(const Mount *))), preloads(apr_array_make(pool, 2, sizeof(Preload))),
      log_fields(apr_array_make(pool, 2, sizeof(LogField))), kept_merges(apache::make<KeptMerges>(pool)) {
    for (apr_array_header_t *&list : named)
        list = apr_array_make(pool, 2, sizeof(const Named *));
}

namespace {

DirConfig *merged(apr_pool_t *pool, const DirConfig &outer, DirConfig &inner) {
    auto *made = apache::make<DirConfig>(pool, outer);
    made->pool = pool;
    made->is_written = false;
    made->phases |= inner.phases;
    for (std::uint64_t left = inner.phases; left != 0; left &= left - 1) {
        const auto index = static_cast<std::size_t>(std::countr_zero(left));
        made->callables[index] = merged(pool, phases[index].run, outer.callables[index], inner.callables[index]);
    }
    std::apply(
        [&inner](auto &...own) {
            std::apply([&](const auto &...inners) { (own.merge(inners), ...); }, inner.settings());
        },
        made->settings());
    made->options = merged(pool, merged(pool, outer.options, inner.options), outer.final_options);
    made->final_options = merged(pool, inner.final_options, outer.final_options);
    return made;
}

/// True if a request may keep what merging the two gives for others: both last as long as the configuration. A section
/// keeps one result, so URLs cannot make the memory grow.
bool may_keep(const apr_pool_t *pool, const DirConfig &outer, const DirConfig &inner) {
    if (ap_server_conf == nullptr || inner.kept.result.load(std::memory_order_relaxed) != nullptr)
        return false;
    const apr_pool_t *pconf = ap_server_conf->process->pconf;
    return pool != pconf && outer.pool == pconf && inner.pool == pconf && inner.is_written;
}

/// Merges the two, and keeps the result unless another request has just done so.
DirConfig *merged_for_all(apr_pool_t *pool, const DirConfig &outer, DirConfig &inner) {
    KeptMerges &merges = *ServerConfig::of(ap_server_conf).kept_merges;
    const std::lock_guard lock(merges.mutex);
    if (inner.kept.result.load(std::memory_order_relaxed) != nullptr)
        return merged(pool, outer, inner);
    if (merges.pool == nullptr)
        apr_pool_create(&merges.pool, inner.pool);
    auto *made = merged(merges.pool, outer, inner);
    made->pool = inner.pool; // with which that of the merges ends
    inner.kept.result.store(apache::make<KeptMerge::Result>(merges.pool, KeptMerge::Result{&outer, made}),
                            std::memory_order_release);
    return made;
}

[[gnu::noinline]] DirConfig *merged_now(apr_pool_t *pool, const DirConfig &outer, DirConfig &inner) {
    return may_keep(pool, outer, inner) ? merged_for_all(pool, outer, inner) : merged(pool, outer, inner);
}

} // namespace

void *create_dir_config(apr_pool_t *pool, char *) { return apache::make<DirConfig>(pool, pool); }

/// httpd merges the same sections for request after request.
void *merge_dir_config(apr_pool_t *pool, void *outer_config, void *inner_config) {
    auto &outer = *static_cast<DirConfig *>(outer_config);
    auto &inner = *static_cast<DirConfig *>(inner_config);
    const KeptMerge::Result *kept = inner.kept.result.load(std::memory_order_acquire);
    if (kept != nullptr && kept->outer == &outer)
        return kept->made;
    if (outer.says_nothing())
        return inner_config;
    return merged_now(pool, outer, inner);
}

void *create_server_config(apr_pool_t *pool, server_rec *) { return apache::make<ServerConfig>(pool, pool); }

void *merge_server_config(apr_pool_t *pool, void *outer_config, void *inner_config) {
    auto *made = apache::make<ServerConfig>(pool, *static_cast<ServerConfig *>(outer_config));
    const auto &inner = *static_cast<ServerConfig *>(inner_config);
    made->wsgi_aliases =
        apr_array_append(pool, inner.wsgi_aliases, made->wsgi_aliases); // the virtual host's come first
    made->preloads = inner.preloads;
    made->htaccess.merge(inner.htaccess);
    for (std::size_t index = 0; index < connection_hook_count; ++index)
        made->connection[index] =
            merged(pool, connection_hooks[index].run, made->connection[index], inner.connection[index]);
    for (std::size_t index = 0; index < server_hook_count; ++index)
        made->server_hooks[index] =
            merged(pool, Run::first, made->server_hooks[index], inner.server_hooks[index]); // the virtual host's first
    return made;
}

int interpreter_position(const apr_array_header_t *defined, const char *name) {
    if (strcmp(name, "main") == 0)
        return main_interpreter;
    for (int index = 0; index < defined->nelts; ++index)
        if (strcmp(APR_ARRAY_IDX(defined, index, InterpreterDefinition).name, name) == 0)
            return index + 1;
    return -1;
}

} // namespace pyhook
