// server/log_call.h: calls Python because something is logged: at any moment, on any thread, with or without the GIL.
#pragma once

#include "config/config.h"
#include "types/request.h"

namespace pyhook {

/// Who logs, and about what. `c` and `r` may be null.
struct LogPlace {
    const server_rec *s;
    const conn_rec *c;
    const request_rec *r;
};

namespace detail {

using Visit = bool(void *visitor, State &state, Request *request, py::borrowed callable);

void call_while_logging(ServerHook hook, const LogPlace &place, void *visitor, Visit *visit) noexcept;

} // namespace detail

/// Calls `visit(state, request or null, callable)` for each callable of the hook, until it returns false. An exception
/// is logged. Nothing is called in the parent, before the child is ready or while it ends. Nothing is called either on
/// a thread that makes such a call already: the callable does not see what it logs itself.
template <class Visitor> void call_while_logging(ServerHook hook, const LogPlace &place, Visitor visit) noexcept {
    detail::call_while_logging(hook, place, &visit,
                               [](void *visitor, State &state, Request *request, py::borrowed callable) -> bool {
                                   return (*static_cast<Visitor *>(visitor))(state, request, callable);
                               });
}

} // namespace pyhook
