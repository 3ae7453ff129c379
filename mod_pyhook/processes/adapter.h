// processes/adapter.h: answers a request with an application or a content handler in a worker process.
#pragma once

#include "config/mount.h"
#include "config/processes.h"

namespace pyhook::processes {

/// Returns httpd's status.
int serve(request_rec *r, const Mount &mount, const ProcessesDefinition &definition);

} // namespace pyhook::processes
