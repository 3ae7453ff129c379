// control/answer.h: what the command `pyhook` asks a child, a line, and the answer, a JSON text.
#pragma once

#include "interpreters/interpreters.h"

#include <string>
#include <string_view>

namespace pyhook {

/// `ps`: the child and the calls into Python that it runs. `stacks`: the same with their Python stacks. `profile
/// SECONDS`: how often each stack was seen. `memory SECONDS`: what pyhook.operating.memory says.
std::string answer(Interpreters &interpreters, std::string_view line);

} // namespace pyhook
