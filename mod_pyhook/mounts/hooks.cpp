#include "py/attach.h"

#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/registering.h"

#include "asgi/adapter.h"
#include "call/client_page.h"
#include "config/config.h"
#include "interpreters/interpreters.h"
#include "mounts/mounts.h"
#include "processes/adapter.h"
#include "wsgi/adapter.h"

#include "py/poison.h"

namespace pyhook::mounts {

namespace {

constexpr const char *no_file = "pyhook-application:"; // the file name for an application that is not a file
constexpr const char *alias_note = "pyhook:alias";     // the URL of the alias that led here

const Mount *alias_for(const request_rec *r) {
    const apr_array_header_t *aliases = ServerConfig::of(r->server).wsgi_aliases;
    for (int at = 0; at < aliases->nelts; ++at) {
        const auto *alias = APR_ARRAY_IDX(aliases, at, const Mount *);
        if (apache::is_below(alias->place, r->uri))
            return alias;
    }
    return nullptr;
}

/// The mount of a location. An alias goes before a mount outside all sections.
const Mount *configured_for(const request_rec *r, bool aliased) {
    const auto &configured = DirConfig::of(r->per_dir_config).wsgi;
    return configured.set && !(aliased && configured.value->place.everywhere) ? configured.value : nullptr;
}

const Mount *usable(const Mount *mount) { return mount == nullptr || mount->application == nullptr ? nullptr : mount; }

/// The mount of a location, or else the alias that led here. Null if there is none, or if it says "none".
const Mount *mount_of(const request_rec *r) {
    const bool aliased = apr_table_get(r->notes, alias_note) != nullptr;
    const Mount *configured = configured_for(r, aliased);
    return usable(configured == nullptr && aliased ? alias_for(r) : configured);
}

/// httpd looks for no file below the URL of an application. A .wsgi file is a file, and <Directory> protects it.
int translate_name(request_rec *r) {
    const Mount *alias = alias_for(r);
    const Mount *configured = configured_for(r, alias != nullptr);
    const Mount *mount = usable(configured != nullptr ? configured : alias);
    if (mount == nullptr || mount->place.url == nullptr)
        return DECLINED;
    if (mount == alias)
        apr_table_setn(r->notes, alias_note, mount->place.url);
    const char *file = mount->application->file;
    if (file == nullptr)
        r->filename = apr_pstrdup(r->pool, no_file);
    else
        r->filename = apr_pstrcat(r->pool, file, r->uri + apache::length_to(mount->place, r), nullptr);
    return OK;
}

int map_to_storage(request_rec *r) {
    return r->filename != nullptr && strcmp(r->filename, no_file) == 0 ? OK : DECLINED;
}

/// Runs after AddHandler, which may name the extension of the .wsgi file, and before SetHandler, which an inner section
/// may use for something else. Hides that the file is a directory from mod_dir, which would look for an index.
int choose_handler(request_rec *r) {
    const Mount *mount = mount_of(r);
    if (mount == nullptr)
        return DECLINED;
    r->handler = handler_of(mount->gateway);
    if (r->finfo.filetype == APR_DIR)
        r->finfo.filetype = APR_NOFILE;
    return DECLINED;
}

int handle(request_rec *r) {
    if (!is_gateway(r->handler))
        return DECLINED;
    const Mount *mount = mount_of(r);
    if (mount == nullptr || strcmp(r->handler, handler_of(mount->gateway)) != 0)
        return DECLINED;
    const DirConfig &config = DirConfig::of(r->per_dir_config);
    if (config.processes.value != nullptr)
        return processes::serve(r, *mount, *config.processes.value);
    const Placement placement = place(config, r, nullptr, Access::granted);
    State *state = placement.state();
    if (state == nullptr)
        return without_interpreter(r);
    return mount->gateway == Gateway::wsgi ? wsgi::serve(*state, r, *mount) : asgi::serve(*state, r, *mount);
}

int handler(request_rec *r) noexcept {
    try {
        return handle(r);
    } catch (const std::bad_alloc &) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
}

} // namespace

void attach_hooks() {
    if (!apache::first_time("pyhook:mounts"))
        return;
    apache::attach_error_pages();
    apache::attach_whole();
    static constexpr const char *after_alias[] = {"mod_alias.c", nullptr}; // an Alias inside an application wins
    static constexpr const char *before_others[] = {"mod_userdir.c", "mod_vhost_alias.c", nullptr};
    static constexpr const char *before_core[] = {"core.c", nullptr};
    ap_hook_translate_name(&translate_name, after_alias, before_others, APR_HOOK_MIDDLE);
    ap_hook_map_to_storage(&map_to_storage, nullptr, nullptr, APR_HOOK_LAST);
    ap_hook_fixups(&choose_handler, nullptr, before_core, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(&handler, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace pyhook::mounts
