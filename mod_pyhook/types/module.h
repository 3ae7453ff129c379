// types/module.h: the extension module _pyhook: its types, constants and functions. Each interpreter makes its own.
#pragma once

#include "types/shared_store.h"

namespace pyhook {

/// Makes `import _pyhook` possible. To be called before Python starts.
void offer_module();

/// Imports _pyhook into the attached interpreter. `phases` becomes `_pyhook.phases`, and `shared` becomes
/// `_pyhook.shared`.
State &
install_module(py::Interpreter &interpreter, std::span<const char *const> phases, std::span<const SharedPlace> shared);

} // namespace pyhook
