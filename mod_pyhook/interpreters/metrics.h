// interpreters/metrics.h: the handler pyhook-metrics, which answers with what /server-status shows, for Prometheus.
#pragma once

#include <string>

namespace pyhook {

class MetricsText;

/// Registers the handler; `more` adds what another room tells.
void attach_metrics(void (*more)(MetricsText &));

/// The answer of the handler: OpenMetrics, or the older format of Prometheus.
std::string metrics_text(bool open);

} // namespace pyhook
