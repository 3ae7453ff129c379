// asgi/scope.h: makes the scope of a request, a dict as ASGI's HTTP specification (2.5) defines it, with the TLS
// extension.
#pragma once

#include "config/mount.h"
#include "types/request.h"

#include <unordered_map>

namespace pyhook::asgi {

/// The strings and objects that all scopes of an interpreter share. Only the event loop's thread uses them.
class Scopes {
public:
    Scopes();

    /// A new dict, of `type` "http" or "websocket".
    py::ref make(Request &request, const Mount &mount, std::string_view type);

private:
    py::ref header_name(std::string_view name);
    py::ref headers(request_rec *r);
    py::ref extensions(Request &request);

    py::ref template_; // the entries that are the same in every scope
    py::ref offered_;  // the extensions that need no data
    std::unordered_map<std::string, py::ref> names_;
    std::unordered_map<const server_rec *, py::ref> certificates_; // made once, because it is long
};

} // namespace pyhook::asgi
