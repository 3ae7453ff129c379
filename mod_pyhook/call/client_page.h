// call/client_page.h: what the client of a request gets that Python has failed.
#pragma once

#include "py/error.h"

#include "apache/httpd.h"

#include <string>

namespace pyhook {

/// Sets the page for a 500 of a callable. With PyHookDebug On it explains the entry of the error log, as HTML, JSON or
/// plain text. Otherwise it has no more than the request's id, and an ErrorDocument goes before it.
void set_client_page(
    request_rec *r, const char *phase, const char *callable, const std::string &entry, py::maybe exception) noexcept;

/// Returns the status for a request whose interpreter could not start or could not import its plug-ins, or whose
/// edited code could not be loaded: 500. The log said why; with PyHookDebug On the page tells where to look, unless a
/// page was set before.
int without_interpreter(request_rec *r) noexcept;

/// Attaches the hooks that refuse_content needs, once per reading of the configuration.
void attach_refusal();

/// If a callable could not decide about a request where httpd takes no status: answers it with `status` if its content
/// has not begun yet. A redirect or another error is replaced.
void refuse_content(request_rec *r, int status) noexcept;

} // namespace pyhook
