// apache/numbered.h: one C function for each number, where httpd calls back without saying whom it means.
#pragma once

#include <array>
#include <utility>

namespace apache {

/// An array of what `make.operator()<position>()` gives for every position.
template <std::size_t count, class Make> constexpr auto numbered(Make make) {
    return [&]<std::size_t... position>(std::index_sequence<position...>) {
        return std::array{make.template operator()<position>()...};
    }
    (std::make_index_sequence<count>());
}

} // namespace apache
