// wsgi/names.h: header names as keys of environ, made once and kept with the value they had last.
#pragma once

#include "py/ref.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyhook::wsgi {

/// What an environ does with a header.
enum class Kind : char {
    field,          // HTTP_...
    authorization,  // httpd's own affair when it authenticated the request
    content_length, // without HTTP_
    content_type,
    coding, // Transfer-Encoding: gone once the body has been received
    none,   // not for applications
};

/// Is a value kept, to be given to the next request that says the same? Never what may hold a secret: a password, a
/// session, a token in a URL.
enum class Keep : bool { no, yes };

struct Name {
    std::string name;          // as a client wrote it
    py::ref key;               // null for Kind::none
    py::ref value;             // the last one, if it is kept
    std::uint64_t request = 0; // that had it last
    Kind kind = Kind::none;
    Keep keep = Keep::no;
};

/// Clients choose the names, so there is room for a fixed number only; a new one takes the place of another.
class Names {
public:
    Name &find(std::string_view name);

private:
    static constexpr std::size_t size = 256;
    static constexpr std::size_t probes = 4;

    std::array<Name, size> names_;
};

} // namespace pyhook::wsgi
