// types/module.h: the extension module _pyhook: its types, constants and functions, made anew in each interpreter.
#pragma once

#include "apache/shared.h"

#include "types/state.h"

namespace pyhook {

/// Makes `import _pyhook` possible. Before Python starts.
void offer_module();

/// Imports _pyhook into the attached interpreter; `phases` becomes `_pyhook.phases`, `shared` `_pyhook.shared`.
State &install_module(py::Interpreter &interpreter,
                      std::span<const char *const> phases,
                      std::span<apache::Shared *const> shared);

} // namespace pyhook
