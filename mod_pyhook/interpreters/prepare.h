// interpreters/prepare.h: how a new interpreter is made ready before user code is imported into it.
#pragma once

#include "py/runtime.h"

#include "config/config.h"
#include "types/state.h"

namespace pyhook {

/// How the main interpreter starts.
py::Settings settings_from(const ServerConfig &config);

/// How member `number` of a pool starts, from 1 on.
py::InterpreterSettings settings_from(const InterpreterDefinition &definition, int number);

/// Makes _pyhook and pyhook ready in an attached interpreter. Throws start_error with the traceback.
void prepare(py::Interpreter &interpreter);

/// Gives an attached interpreter its own virtual environment and variables. Throws start_error with the traceback.
void enter_environment(const InterpreterDefinition &definition);

} // namespace pyhook
