#include "filters/filters.h"

#include "apache/error_page.h"

#include <array>

#include "py/poison.h"

namespace pyhook {

namespace {

/// mod_filter calls a provider by its function, without the name. So each filter needs a function of its own.
constexpr std::size_t most = 64;

const FilterDefinition &defined(apr_array_header_t *ServerConfig::*filters, std::size_t index) {
    return APR_ARRAY_IDX(ServerConfig::of(ap_server_conf).*filters, index, FilterDefinition);
}

template <std::size_t index> apr_status_t enter_output(ap_filter_t *f, apr_bucket_brigade *brigade) {
    return filter_output(defined(&ServerConfig::output_filters, index), f, brigade);
}

template <std::size_t index>
apr_status_t
enter_input(ap_filter_t *f, apr_bucket_brigade *brigade, ap_input_mode_t mode, apr_read_type_e how, apr_off_t wanted) {
    return filter_input(defined(&ServerConfig::input_filters, index), f, {brigade, mode, how, wanted});
}

template <std::size_t index> int start_input(ap_filter_t *f) {
    return start_input_filter(defined(&ServerConfig::input_filters, index), f);
}

constexpr auto output_functions = []<std::size_t... index>(std::index_sequence<index...>) {
    return std::array{&enter_output<index>...};
}
(std::make_index_sequence<most>());

constexpr auto input_functions = []<std::size_t... index>(std::index_sequence<index...>) {
    return std::array{std::pair{&enter_input<index>, &start_input<index>}...};
}
(std::make_index_sequence<most>());

const ap_filter_rec_t *make_known(const FilterDefinition &definition, Direction direction, std::size_t index) {
    if (direction == Direction::output)
        return ap_register_output_filter(definition.name, output_functions[index], nullptr, definition.type);
    const auto [enter, start] = input_functions[index];
    return ap_register_input_filter(definition.name, enter, start, definition.type);
}

} // namespace

const char *define_filter(apr_pool_t *pool, server_rec *s, Direction direction, const FilterDefinition &definition) {
    const bool output = direction == Direction::output;
    apr_array_header_t *filters = output ? ServerConfig::of(s).output_filters : ServerConfig::of(s).input_filters;
    const auto *known =
        output ? ap_get_output_filter_handle(definition.name) : ap_get_input_filter_handle(definition.name);
    if (known != nullptr)
        return apr_psprintf(pool, "there is a filter '%s' already: choose another name", definition.name);
    const auto index = static_cast<std::size_t>(filters->nelts);
    if (index == most)
        return apr_psprintf(pool, "no more than %d filters of a direction can be defined: remove one that is not used",
                            static_cast<int>(most));
    auto &kept = APR_ARRAY_PUSH(filters, FilterDefinition) = definition;
    kept.record = make_known(definition, direction, index);
    apache::attach_error_pages();
    return nullptr;
}

} // namespace pyhook
