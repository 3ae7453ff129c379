// control/sizes.h: how much an interpreter holds. CPython does not divide bytes by interpreter, but it keeps two other
// numbers for each.
#pragma once

#include "types/state.h"

#include <string>

namespace pyhook {

/// Members of an object: how many objects the garbage collector of the attached interpreter tracks, and how many
/// modules it has loaded. The objects are counted at most every ten seconds.
std::string sizes_of(State &state);

} // namespace pyhook
