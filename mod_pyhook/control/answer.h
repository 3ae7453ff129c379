// control/answer.h: what the command `pyhook` asks a child, a line, and the answer, a JSON text.
#pragma once

#include "interpreters/interpreters.h"

#include <chrono>
#include <string>
#include <string_view>

namespace pyhook {

/// `ps`: the child, the requests that run in Python, and the worker processes. `stacks`: the same with Python stacks.
/// `profile SECONDS`: how often each stack was seen. `memory SECONDS`: what pyhook.operating.memory says.
/// `recent NUMBER`: failures and reloads that were told after the one of this number. `metrics`: what the handler
/// pyhook-metrics answers. `routes`: the lines of the configuration that say which callable serves where.
/// `age` is that of the child.
std::string answer(Interpreters &interpreters, std::chrono::steady_clock::duration age, std::string_view line);

} // namespace pyhook
