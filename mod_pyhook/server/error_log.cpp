#include "apache/log.h"

#include "server/log_call.h"
#include "server/server_hooks.h"
#include "types/server.h"

#include "py/poison.h"

namespace pyhook {

namespace {

const char *level_of(const ap_errorlog_info &info) {
    return info.level < 0 ? "info" : apache::level_name(info.level).data();
}

const char *log_id_of(const ap_errorlog_info &info) {
    if (info.r != nullptr)
        return info.r->log_id;
    return info.c == nullptr ? nullptr : info.c->log_id;
}

/// Makes a pyhook.log_entry.LogEntry. It holds copies, so that Python can keep it.
py::ref entry_from(State &state, const ap_errorlog_info &info, const char *message, Request *request) {
    const request_rec *r = info.r;
    const char *client = r != nullptr ? r->useragent_ip : info.c != nullptr ? info.c->client_ip : nullptr;
    const py::ref type = py::attribute(py::import("pyhook.log_entry"), "LogEntry");
    return py::call(type, py::to_python(message), py::to_python(level_of(info)),
                    py::to_python(ap_find_module_short_name(info.module_index)), py::to_python(info.status),
                    py::to_python(info.file), py::to_python(info.line),
                    Server::show(state, const_cast<server_rec *>(info.s)), py::to_python(client),
                    py::to_python(log_id_of(info)), py::to_python(r == nullptr ? nullptr : r->method),
                    py::to_python(r == nullptr ? nullptr : static_cast<const char *>(r->unparsed_uri)),
                    request == nullptr ? py::none() : py::ref::share(request));
}

void enter(const ap_errorlog_info *info, const char *message) noexcept {
    if (info->s == nullptr || info->s->module_config == nullptr)
        return;
    call_while_logging(ServerHook::error_log, {info->s, info->c, info->r},
                       [&](State &state, Request *request, py::borrowed callable) {
                           py::call(callable, entry_from(state, *info, message, request));
                           return true;
                       });
}

} // namespace

void attach_error_log() { ap_hook_error_log(&enter, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
