// "module:callable", "module:factory()" and paths of .wsgi files: an accepted target falls into its parts.
#include "config/target.h"
#include "httpd.h"

#include <string>

using namespace pyhook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const fuzz::Pool pool;
    const std::string text(fuzz::text_of(data, size));
    const char *spec = text.c_str();
    static_cast<void>(module_problem(pool, text));
    if (spec_problem(pool, spec) == nullptr) {
        const Target *made = target(pool, spec);
        fuzz::demand(std::string(made->module) + ":" + made->attribute == spec);
        fuzz::demand(target(pool, spec) == made && filter_target(pool, spec) != made);
    }
    if (application_problem(pool, spec) == nullptr) {
        const Target *made = application(pool, spec);
        fuzz::demand((made->module == nullptr) != (made->file == nullptr) && *made->attribute != '\0');
    }
    return 0;
}
