// sockets/numbered.h: one C function per name, for sockets that call back without saying for which name they do.
#pragma once

#include <array>
#include <utility>

namespace pyhook {

/// As many names as one socket can have.
inline constexpr std::size_t most_names = 64;

/// An array of what `make.operator()<position>()` gives for every position.
template <std::size_t count, class Make> constexpr auto numbered(Make make) {
    return [&]<std::size_t... position>(std::index_sequence<position...>) {
        return std::array{make.template operator()<position>()...};
    }
    (std::make_index_sequence<count>());
}

} // namespace pyhook
