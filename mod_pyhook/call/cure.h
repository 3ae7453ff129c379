// call/cure.h: what a log entry adds to an exception: what to do about it.
#pragma once

#include "py/error.h"

namespace pyhook {

/// A line for the log entry of an exception, after a line break: about an extension module that refuses to be loaded in
/// this interpreter, or what pyhook.cures knows. Empty for most. The callable ran, or was to be loaded, in the phase.
std::string cure_for(py::borrowed exception, const char *phase, const char *callable) noexcept;

} // namespace pyhook
