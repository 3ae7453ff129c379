// Names and values of headers: none that would end a line is accepted.
#include "apache/table.h"

#include "httpd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    using namespace std::string_view_literals;
    if (apache::is_field_value(text))
        fuzz::demand(text.find_first_of("\r\n\0"sv) == std::string_view::npos);
    if (apache::is_token(text))
        fuzz::demand(!text.empty() && text.find_first_of("\r\n\0 \t:"sv) == std::string_view::npos);
    return 0;
}
