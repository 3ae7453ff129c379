// processes/user_check.h: httpd's check of its configuration, when root runs it, tells what the users of processes
// can't read or run.
#pragma once

namespace pyhook::processes {

/// Called while httpd reads the configuration.
void attach_user_check();

} // namespace pyhook::processes
