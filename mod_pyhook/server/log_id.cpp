#include "apache/pool.h"

#include "server/log_call.h"
#include "server/server_hooks.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr const char *mod_unique_id[] = {"mod_unique_id.c", nullptr};
constexpr std::size_t longest = 128;

/// The log shows the id unescaped, so no character may end its field or its line.
bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
}

py::ref connection_of(State &state, const conn_rec *c) {
    return py::ref::share(Connection::of(state, const_cast<conn_rec *>(c)));
}

/// The id that the callable gives, or null if it has none. Throws TypeError or ValueError if the result is no id.
const char *id_from(apr_pool_t *pool, py::borrowed result) {
    if (result == Py_None)
        return nullptr;
    const py::text text(result);
    if (!is_id(text))
        py::raise_showing(PyExc_ValueError, "an id has 1 to 128 ASCII characters, none of them a space:", result);
    return apache::copy(pool, text);
}

int enter(const conn_rec *c, const request_rec *r, const char **id) noexcept {
    const server_rec *s = r != nullptr ? r->server : c->base_server;
    apr_pool_t *pool = r != nullptr ? r->pool : c->pool;
    const char *made = nullptr;
    call_while_logging(ServerHook::generate_log_id, {s, c, r},
                       [&](State &state, Request *request, py::borrowed callable) {
                           const py::ref shown = request == nullptr ? py::none() : py::ref::share(request);
                           made = id_from(pool, py::call(callable, connection_of(state, c), shown));
                           return made == nullptr;
                       });
    if (made != nullptr)
        *id = made;
    return *id == nullptr ? DECLINED : OK; // a failure has been logged, and that entry has got an id
}

} // namespace

void attach_generate_log_id() { ap_hook_generate_log_id(&enter, nullptr, mod_unique_id, APR_HOOK_MIDDLE); }

} // namespace pyhook
