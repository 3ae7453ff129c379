// Sizes in directives: an accepted size is the same when it is written as a plain number.
#include "directives/directive.h"
#include "httpd.h"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    const apr_off_t bytes = pyhook::size_from(text.c_str());
    fuzz::demand(bytes >= 0);
    if (bytes > 0)
        fuzz::demand(text[0] >= '0' && text[0] <= '9' && pyhook::size_from(std::to_string(bytes).c_str()) == bytes);
    return 0;
}
