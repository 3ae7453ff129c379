// control/health.h: the handler pyhook-health, which tells a load balancer whether this machine should get requests. It
// needs no Python.
#pragma once

namespace pyhook {

void attach_health();

} // namespace pyhook
