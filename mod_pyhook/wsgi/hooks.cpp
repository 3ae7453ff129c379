#include "wsgi/hooks.h"

#include "py/attach.h"

#include "config/config.h"
#include "hooks/child.h"
#include "wsgi/adapter.h"

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

constexpr const char *handler_name = "pyhook-wsgi";
constexpr const char *no_file = "pyhook-wsgi:";         // the file name of what is no file
constexpr const char *alias_note = "pyhook:wsgi-alias"; // the URL of the alias that was followed

constinit bool attached = false;

const Mount *alias_for(const request_rec *r) {
    const apr_array_header_t *aliases = ServerConfig::of(r->server).wsgi_aliases;
    for (int at = 0; at < aliases->nelts; ++at) {
        const auto *alias = APR_ARRAY_IDX(aliases, at, const Mount *);
        if (is_below(*alias, r->uri))
            return alias;
    }
    return nullptr;
}

/// The mount that a location has, or else the alias that led here. Null: none, or "none".
const Mount *mount_of(const request_rec *r) {
    const auto &configured = DirConfig::of(r->per_dir_config).wsgi;
    if (configured.set)
        return configured.value->application == nullptr ? nullptr : configured.value;
    return apr_table_get(r->notes, alias_note) == nullptr ? nullptr : alias_for(r);
}

/// What stands below a URL is no file: httpd looks for none. A .wsgi file is one, and <Directory> protects it.
int translate_name(request_rec *r) {
    const auto &configured = DirConfig::of(r->per_dir_config).wsgi;
    const Mount *mount = configured.set ? configured.value : alias_for(r);
    if (mount == nullptr || mount->application == nullptr || mount->url == nullptr)
        return DECLINED;
    if (!configured.set) {
        apr_table_setn(r->notes, alias_note, mount->url);
        r->handler = handler_name;
    }
    const char *file = mount->application->file;
    if (file == nullptr)
        r->filename = apr_pstrdup(r->pool, no_file);
    else
        r->filename = apr_pstrcat(r->pool, file, r->uri + (is_below(*mount, r->uri) ? strlen(mount->url) : 0), nullptr);
    return OK;
}

int map_to_storage(request_rec *r) {
    return r->filename != nullptr && strcmp(r->filename, no_file) == 0 ? OK : DECLINED;
}

/// Before SetHandler, which an inner section may use for something else.
int choose_handler(request_rec *r) {
    if (DirConfig::of(r->per_dir_config).wsgi.set && mount_of(r) != nullptr)
        r->handler = handler_name;
    return DECLINED;
}

int handle(request_rec *r) {
    if (strcmp(r->handler, handler_name) != 0)
        return DECLINED;
    const Mount *mount = mount_of(r);
    Child *child = Child::here();
    const Placement placement = child == nullptr ? Placement() : child->place(DirConfig::of(r->per_dir_config), r);
    State *state = placement.state();
    if (mount == nullptr || state == nullptr)
        return HTTP_INTERNAL_SERVER_ERROR;
    Response response(r);
    {
        const py::attached here(state->interpreter);
        if (const int status = serve(*state, r, *mount, response); status != OK)
            return status;
    }
    response.finish();
    return OK;
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
    if (std::exchange(attached, true))
        return;
    static constexpr const char *after_alias[] = {"mod_alias.c", nullptr}; // an Alias inside an application wins
    static constexpr const char *before_others[] = {"mod_userdir.c", "mod_vhost_alias.c", nullptr};
    static constexpr const char *before_core[] = {"core.c", nullptr};
    ap_hook_translate_name(&translate_name, after_alias, before_others, APR_HOOK_MIDDLE);
    ap_hook_map_to_storage(&map_to_storage, nullptr, nullptr, APR_HOOK_LAST);
    ap_hook_fixups(&choose_handler, nullptr, before_core, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(&handler, nullptr, nullptr, APR_HOOK_MIDDLE);
}

void forget_attached_hooks() { attached = false; }

} // namespace pyhook::wsgi
