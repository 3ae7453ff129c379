// call/cure.h: what to do about an extension module that refuses to be loaded in an interpreter.
#pragma once

#include "py/error.h"

namespace pyhook {

/// A line for the log entry of an exception that such a module has caused, after a line break; empty for any other.
std::string cure_for(py::borrowed exception) noexcept;

} // namespace pyhook
