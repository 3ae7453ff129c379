// call/exception.h: from what a callable raised, or from a name that has no callable, to httpd's status and a log
// entry.
#pragma once

#include "call/callable.h"
#include "call/entry.h"

namespace pyhook {

/// Takes the pending exception and gives the status for httpd: that of an HTTPError, or 500 for any other exception,
/// which is logged under `code`.
int status_of_exception(request_rec *r, const Site &site, const char *code = code::raised);

/// The status for a connection hook, where httpd takes no other than 500: an HTTPError refuses the connection and is
/// not logged as an error.
int status_of_exception(conn_rec *c, const Site &site, const char *code = code::raised);

/// The status for a name that has no callable, which is logged: 500.
int status_of(request_rec *r, const Site &site, const Unresolved &problem);
int status_of(conn_rec *c, const Site &site, const Unresolved &problem);

/// Ends a response that failed with `status`: an error page if nothing was sent, a response broken off otherwise.
int fail(request_rec *r, const Site &site, int status);

} // namespace pyhook
