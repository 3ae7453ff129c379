// processes/request_frame.h: a request as a worker process gets it.
#pragma once

#include "config/mount.h"
#include "gateway/variables.h"

#include <string>

namespace pyhook::processes {

/// An application as processes know it.
std::string name_of(const Target &target);

/// The whole frame, with the application and its environ; the process adds the objects of PEP 3333.
std::string request_frame(request_rec *r, const Mount &mount, const gateway::BodyLength &length);

enum class Scope { http, websocket };

/// The same for an ASGI application, with what its scope needs.
std::string scope_frame(request_rec *r, const Mount &mount, Scope scope);

/// The same for a content handler, with what its Request shows of httpd's.
std::string handler_frame(request_rec *r, const Mount &mount);

} // namespace pyhook::processes
