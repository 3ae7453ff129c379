#include "config/preload.h"

#include <string_view>

namespace pyhook {

namespace {

/// Does the section stand at the place or above it?
bool leads_to(const core_dir_config &section, const apache::Place &place) {
    if (section.d == nullptr || section.d_is_fnmatch != 0 || section.r != nullptr)
        return false;
    std::string_view path = section.d;
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const std::string_view at = place.url != nullptr ? place.url : place.directory;
    return at.starts_with(path) && (at.size() == path.size() || at[path.size()] == '/');
}

} // namespace

const char *preload_problem(apr_pool_t *pool, const char *word) {
    if (ap_cstr_casecmp(word, "preload") == 0)
        return nullptr;
    return apr_psprintf(pool, "'%s' is unknown: after the application may come the word preload", word);
}

int interpreter_of(const Preload &preload, const server_rec *s) {
    if (preload.section != nullptr && preload.section->interpreter.set)
        return preload.section->interpreter.value;
    const apache::Place &place = preload.mount->place;
    Setting<int> chosen = DirConfig::of(s->lookup_defaults).interpreter;
    const auto *core = static_cast<const core_server_config *>(ap_get_core_module_config(s->module_config));
    const apr_array_header_t *sections = place.url != nullptr ? core->sec_url : core->sec_dir;
    for (int index = 0; index < sections->nelts; ++index) {
        const auto *config = APR_ARRAY_IDX(sections, index, const ap_conf_vector_t *);
        if (leads_to(*static_cast<const core_dir_config *>(ap_get_core_module_config(config)), place))
            chosen = Setting<int>::merged(chosen, DirConfig::of(config).interpreter);
    }
    return chosen.value;
}

} // namespace pyhook
