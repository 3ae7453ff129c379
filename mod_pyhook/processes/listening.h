// processes/listening.h: the socket in the file system at which httpd reaches another program than Python's worker.
#pragma once

#include "apache/httpd.h"

#include <string>

namespace pyhook::processes {

/// A descriptor that listens at `path`, where only httpd's `User` may connect. What was at the path is
/// replaced if it is a socket. Throws std::runtime_error with a sentence, or std::system_error.
int listen_at(const std::string &path);

/// Removes the socket when this httpd stops, but not when it restarts.
void remove_at_stop(server_rec *s, const char *path);

} // namespace pyhook::processes
