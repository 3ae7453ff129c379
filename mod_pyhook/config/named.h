// config/named.h: what "PyHook… NAME module:callable" defines, for httpd's own directives to use by that name.
#pragma once

#include "config/target.h"

namespace pyhook {

/// Which of httpd's smaller sockets a name belongs to.
enum class Socket { authn_provider, authz_provider, rewrite_map, include_element, balancer_method, protocol, count };

inline constexpr std::size_t socket_count = static_cast<std::size_t>(Socket::count);

/// A callable that may stand alone or be a method of the object that the configuration names. The first one of the
/// two that exists is called.
struct Choice {
    const Target *preferred = nullptr;
    const Target *otherwise = nullptr;

    /// As the configuration names it.
    const char *spec() const { return (otherwise != nullptr ? otherwise : preferred)->spec; }
};

struct Named {
    const char *name;
    Choice main;          // what the socket calls for its decision
    Choice second;        // what some sockets call besides
    bool second_demanded; // the directive names it: it must exist
};

/// The definition called `name` in one of ServerConfig::named; null if there is none.
const Named *find_named(const apr_array_header_t *list, std::string_view name) noexcept;

/// "module:callable" with an argument behind it, as formats and expressions write it.
struct Written {
    Choice choice;
    const char *argument; // null: there is none
};

/// Takes `text` apart. What is wrong with it, or null.
const char *read_written(apr_pool_t *pool, const char *text, Written &written);

} // namespace pyhook
