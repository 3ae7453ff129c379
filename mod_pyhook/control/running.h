// control/running.h: the requests that run in Python now, as JSON texts and as samples for a profile.
#pragma once

#include "types/state.h"

#include <map>
#include <string>
#include <vector>

namespace pyhook {

/// JSON objects of all requests: calls of httpd's threads, tasks of event loops, and requests in worker processes.
std::vector<std::string> all_running();

/// Those of the attached interpreter, with their Python stacks.
std::vector<std::string> running_with_stacks(State &state);

/// How often each stack was seen.
using Samples = std::map<std::vector<std::string>, unsigned>;

/// Adds the stacks of the attached interpreter's requests. `look` counts the calls of this: if there are many tasks,
/// not every look looks at them, and then they count for more.
void add_samples(State &state, Samples &seen, unsigned look);

} // namespace pyhook
