// types/own_metrics.h: the counters and gauges of pyhook.metrics, which all children share.
#pragma once

#include "py/convert.h"
#include "py/text.h"

#include "apache/httpd.h"

#include <string_view>

namespace pyhook {

/// Makes the memory, anew at every restart.
void attach_own_metrics();

/// Adds to a number, or replaces it. `key` names it; numbers for which there is no room count for that of `family`, the
/// one with other labels. Throws RuntimeError if there is no room for a family.
void change_metric(py::borrowed module, py::text key, py::text family, double amount, bool replaces);

/// Calls `visit(to, key, number, is_rest)` for each. The key has the kind, the name, the help, and a name and a value
/// for each label, with a NUL behind each text. `is_rest`: the number is that of a family.
using VisitOwnMetric = void(void *to, std::string_view key, double number, bool is_rest);
void each_own_metric(VisitOwnMetric *visit, void *to);

} // namespace pyhook
