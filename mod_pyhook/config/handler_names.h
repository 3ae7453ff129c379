// config/handler_names.h: the names by which SetHandler and AddHandler choose handlers of mod_pyhook. mount.h has those
// of applications.
#pragma once

namespace pyhook::handler_names {

inline constexpr const char *health = "pyhook-health";
inline constexpr const char *metrics = "pyhook-metrics";

} // namespace pyhook::handler_names
