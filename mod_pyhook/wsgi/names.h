// wsgi/names.h: header names as keys of environ. They are made once and kept with their last value.
#pragma once

#include "py/ref.h"

#include "gateway/variables.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyhook::wsgi {

/// Whether the value is kept for the next request that sends the same. A value that may hold a secret (a password, a
/// session, a token in a URL) is never kept.
enum class Keep : bool { no, yes };

struct Name {
    std::string name;          // as a client wrote it
    py::ref key;               // null for gateway::Kind::none
    py::ref value;             // the last one, if values are kept
    std::uint64_t request = 0; // the last request that had it
    gateway::Kind kind = gateway::Kind::none;
    Keep keep = Keep::no;
};

/// Clients choose the names, so there is room for a fixed number only. A new name takes the place of another.
class Names {
public:
    Name &find(std::string_view name);

private:
    static constexpr std::size_t size = 256;
    static constexpr std::size_t probes = 4;

    std::array<Name, size> names_;
};

} // namespace pyhook::wsgi
