#include "config/size.h"

#include <string_view>

namespace pyhook {

apr_off_t size_from(const char *text) noexcept {
    constexpr std::string_view units = "KMG";
    char *unit = nullptr;
    apr_off_t number = 0;
    if (apr_isdigit(*text) == 0 || apr_strtoff(&number, text, &unit, 10) != APR_SUCCESS)
        return 0;
    if (*unit == '\0')
        return number;
    const std::size_t power = units.find(static_cast<char>(apr_toupper(*unit)));
    if (power == std::string_view::npos || unit[1] != '\0')
        return 0;
    const std::size_t shift = (power + 1) * 10;
    return number <= (APR_INT64_MAX >> shift) ? number << shift : 0;
}

} // namespace pyhook
