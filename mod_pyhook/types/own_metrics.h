// types/own_metrics.h: the counters and gauges of pyhook.metrics, which all children share.
#pragma once

#include "py/convert.h"
#include "py/text.h"

#include "apache/httpd.h"

#include <string_view>

namespace pyhook {

/// Makes the memory, anew at every restart.
void attach_own_metrics();

/// Makes the number of a family. What is said last of the kind and the help of a name is shown. Throws RuntimeError if
/// there is no room.
void define_metric(py::borrowed module, py::text family, py::text documentation);

/// Adds to a number, or replaces it. `key` names it; numbers for which there is no room count for that of `family`, the
/// one with other labels. Throws RuntimeError if there is no room for a family.
void change_metric(py::borrowed module, py::text key, py::text family, double amount, bool replaces);

/// The same without errors of Python: false if there is no room.
bool define_number(std::string_view family, std::string_view documentation);
bool change_number(std::string_view key, std::string_view family, double amount, bool replaces) noexcept;

/// Calls `visit(to, key, number, is_rest)` for each. The key has the kind, the name, and a name and a value for each
/// label, with a NUL behind each text. `is_rest`: the number is that of a family.
using VisitOwnMetric = void(void *to, std::string_view key, double number, bool is_rest);
void each_own_metric(VisitOwnMetric *visit, void *to);

/// Calls `visit(to, key, when)` for each help that a metric has had. The key has the kind, the name and the help, with
/// a NUL behind each.
using VisitMetricHelp = void(void *to, std::string_view key, apr_time_t when);
void each_metric_help(VisitMetricHelp *visit, void *to);

} // namespace pyhook
