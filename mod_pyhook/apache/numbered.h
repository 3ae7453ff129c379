// apache/numbered.h: makes one C function for each number, for callbacks that httpd calls without an argument that says
// which one is meant.
#pragma once

#include <array>
#include <utility>

namespace apache {

/// The array of the values of `make.operator()<position>()`, for every position.
template <std::size_t count, class Make> constexpr auto numbered(Make make) {
    return [&]<std::size_t... position>(std::index_sequence<position...>) {
        return std::array{make.template operator()<position>()...};
    }
    (std::make_index_sequence<count>());
}

} // namespace apache
