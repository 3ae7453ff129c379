// sockets/log_format.h: callables as fields of mod_log_config's formats: %{module:callable argument}^py.
#pragma once

namespace pyhook {

/// Offers the field to mod_log_config, and checks the formats of the configuration.
void attach_log_format();

} // namespace pyhook
