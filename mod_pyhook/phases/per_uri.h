// phases/per_uri.h: access phases are asked for every URI, where httpd would ask once for a place of the configuration.
#pragma once

#include "config/phases.h"

#include <bitset>

namespace pyhook {

/// The phases whose answer lets a request in.
inline constexpr std::bitset<phase_count> access_phases{
    1U << phase_index("access_checker") | 1U << phase_index("access_checker_ex") | 1U << phase_index("check_authn") |
    1U << phase_index("check_authz")};

/// Registers what makes httpd ask, once per reading of the configuration.
void attach_per_uri();

} // namespace pyhook
