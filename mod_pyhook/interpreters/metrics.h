// interpreters/metrics.h: the handler pyhook-metrics, which answers with what /server-status shows, for Prometheus.
#pragma once

namespace pyhook {

void attach_metrics();

} // namespace pyhook
