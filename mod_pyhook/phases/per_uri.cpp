#include "phases/per_uri.h"

#include "interpreters/interpreters.h"

#include "py/poison.h"

namespace pyhook {

namespace {

bool python_decides(const DirConfig &dir, request_rec *r) noexcept {
    for (std::size_t phase = 0; phase < phase_count; ++phase)
        if (access_phases[phase] && (!dir.callables[phase].empty() || has_registered(dir, phase, r)))
            return true;
    return false;
}

bool is_the_place_of(const request_rec *asked, const request_rec *r) noexcept {
    return asked != nullptr && asked->per_dir_config == r->per_dir_config;
}

/// httpd compares configurations by their address, right after this hook, and leaves out the access phases of a
/// sub-request or an internal redirect that has the one it came from. A copy is another place to it: it then asks
/// everybody, once, by its own rules, `Satisfy` included.
int ask_for_this_uri(request_rec *r) noexcept {
    const bool known = is_the_place_of(r->prev, r) || is_the_place_of(r->main, r);
    if (known && python_decides(DirConfig::of(r->per_dir_config), r))
        r->per_dir_config = ap_merge_per_dir_configs(r->pool, r->per_dir_config, ap_create_per_dir_config(r->pool));
    return DECLINED;
}

} // namespace

void attach_per_uri() { ap_hook_post_perdir_config(&ask_for_this_uri, nullptr, nullptr, APR_HOOK_REALLY_LAST); }

} // namespace pyhook
