// apache/table.h: APR tables and arrays as C++ ranges, and checks of header names and values.
#pragma once

#include "apache/httpd.h"

#include <span>
#include <string_view>

namespace apache {

/// The entries in their order, with repeated names. Valid until the table changes. A null table has none.
inline std::span<const apr_table_entry_t> entries(const apr_table_t *table) {
    if (table == nullptr)
        return {};
    const apr_array_header_t *array = apr_table_elts(table);
    return {reinterpret_cast<const apr_table_entry_t *>(array->elts), static_cast<std::size_t>(array->nelts)};
}

/// The elements of an array, which may be null.
template <class T> std::span<T> elements(const apr_array_header_t *array) {
    return array == nullptr ? std::span<T>()
                            : std::span(reinterpret_cast<T *>(array->elts), static_cast<std::size_t>(array->nelts));
}

inline bool same_name(const char *one, const char *other) { return ap_cstr_casecmp(one, other) == 0; }

/// Compares without case, for texts of known length. Most names are spelled alike, which is tested first.
inline bool same_name(std::string_view one, std::string_view other) {
    return one.size() == other.size() && (one == other || ap_cstr_casecmpn(one.data(), other.data(), one.size()) == 0);
}

/// True for a token (RFC 9110, 5.6.2). A header's name must be one.
bool is_token(std::string_view name) noexcept;

/// True if the text has no CR, LF and NUL, as a header's value must be (RFC 9110, 5.5).
bool is_field_value(std::string_view value) noexcept;

} // namespace apache
