// services/olimpo.h: the module Olimpo, by which plug-ins speak with the program.
#pragma once

#include "plugins.h"

namespace services {

/// Makes `import Olimpo` possible. Before Python starts.
void offer_olimpo();

/// Whom the module serves. Before a plug-in is loaded.
void serve_plugins(Plugins &plugins);

} // namespace services
