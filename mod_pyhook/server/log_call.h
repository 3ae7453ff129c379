// server/log_call.h: Python that is called because something is logged: at any moment, by any thread, GIL held or not.
#pragma once

#include "config/config.h"
#include "types/request.h"

namespace pyhook {

/// Who logs, and what for. `c` and `r` may be null.
struct LogPlace {
    const server_rec *s;
    const conn_rec *c;
    const request_rec *r;
};

namespace detail {

using Visit = bool(void *visitor, State &state, Request *request, py::borrowed callable);

void call_while_logging(ServerHook hook, const LogPlace &place, void *visitor, Visit *visit) noexcept;

} // namespace detail

/// Calls `visit(state, request or null, callable)` for each callable of the hook, until it answers false. What raises
/// is logged. Nothing happens in the parent, before the child is ready or while it ends, and on a thread where such a
/// call is on its way already: what it logs itself does not come back to it.
template <class Visitor> void call_while_logging(ServerHook hook, const LogPlace &place, Visitor visit) noexcept {
    detail::call_while_logging(hook, place, &visit,
                               [](void *visitor, State &state, Request *request, py::borrowed callable) -> bool {
                                   return (*static_cast<Visitor *>(visitor))(state, request, callable);
                               });
}

} // namespace pyhook
